import type { CheckName, CheckResult, Finding } from './finding.ts';

/** Counts what one check sees, and keeps a bounded number of its findings. */
export interface Tally {
  examine(count: number): void;
  onItsWay(count: number): void;
  breach(finding: Omit<Finding, 'check'>): void;
  /** Breaches that nobody described. */
  breachUnseen(count: number): void;
  result(): CheckResult;
}

export function makeTally(check: CheckName, kept: number): Tally {
  const findings: Finding[] = [];
  let examined = 0;
  let inFlight = 0;
  let breaches = 0;
  return {
    examine(count) {
      examined += count;
    },
    onItsWay(count) {
      inFlight += count;
    },
    breach(finding) {
      breaches += 1;
      if (findings.length < kept) findings.push({ check, ...finding });
    },
    breachUnseen(count) {
      breaches += Math.max(count, 0);
    },
    result: () => ({ check, examined, inFlight, breaches, findings }),
  };
}
