import { type CheckResult, type Finding, repairWords } from './finding.ts';
import type { Report } from './reconcile.ts';
import type { RepairRun } from './reconcile-and-repair.ts';

const SHOWN_PER_CHECK = 20;

/** A report for people: what was examined, check by check, then each breach in a sentence. */
export function reportText(report: Report): string {
  const breached = report.checks.filter(({ breaches }) => breaches > 0);
  return [table(report.checks), ...breached.flatMap(findingsText), '', verdict(report)].join('\n');
}

/** What was repaired and what was not, then the report of what remains. */
export function repairText({ runId, before, outcomes, after }: RepairRun): string {
  const lines = outcomes.map(({ finding, attempt }) => {
    const how = finding.repairable === null ? '' : repairWords[finding.repairable.kind];
    if (attempt.kind === 'repaired') return `  repaired      ${finding.subject}: ${how}`;
    if (attempt.kind === 'not_needed') return `  not needed    ${finding.subject}: ${how}`;
    return `  not possible  ${finding.subject}: ${how}; ${attempt.why}`;
  });
  const head = `Before: ${verdict(before)}`;
  if (outcomes.length === 0) return [head, 'Nothing to repair.', '', reportText(after)].join('\n');
  return [head, '', `Repairs, recorded in the tables repairs as run ${runId}:`, ...lines, '', reportText(after)].join(
    '\n',
  );
}

function table(checks: readonly CheckResult[]): string {
  const rows = [
    ['check', 'examined', 'in flight', 'breaches'],
    ...checks.map(({ check, examined, inFlight, breaches }) => [check, examined, inFlight, breaches].map(String)),
  ];
  return rows
    .map(([name = '', ...counts]) => `${name.padEnd(22)}${counts.map((count) => count.padStart(11)).join('')}`)
    .join('\n');
}

function findingsText({ check, findings, breaches }: CheckResult): string[] {
  const shown = findings.slice(0, SHOWN_PER_CHECK);
  const more = breaches - shown.length;
  return ['', `${check}:`, ...shown.flatMap(findingText), ...(more > 0 ? [`  and ${more} more`] : [])];
}

const findingText = ({ explanation, repairable }: Finding): string[] => [
  `  ${explanation}`,
  `    ${repairable === null ? 'Only a human can decide this.' : `--repair can ${repairWords[repairable.kind]}.`}`,
];

function verdict({ examined, inFlight, breaches, durationMs, strict }: Report): string {
  const says =
    breaches === 0 ? 'The books are right' : `${breaches} ${breaches === 1 ? 'promise is' : 'promises are'} broken`;
  const how = `${examined} facts examined in ${(durationMs / 1000).toFixed(1)} s${strict ? ', strictly' : ''}`;
  return `${says}: ${how}; ${inFlight} in flight.`;
}
