import type { DemoReport } from '../../tests/demo/report.ts';
import type { LoadReport, Measured } from '../../tests/load/report.ts';

export interface LoadResults {
  readonly load: LoadReport | undefined;
  readonly demo: DemoReport | undefined;
}

/** A change of this share is called out: less is what one runner differs from another. */
const NOTABLE = 0.2;

interface Figure {
  readonly name: string;
  readonly now: number;
  readonly last: number | undefined;
  readonly unit: string;
  readonly isBetterWhen: 'higher' | 'lower';
}

/** What a person reads of a load test, in Markdown: its figures beside those of the last run, and every broken promise. */
export function summarize(now: LoadResults, last: LoadResults): string {
  const parts = ['# Load test'];
  if (now.load === undefined) parts.push('The load without faults left no report.');
  else parts.push(...loadPart(now.load, last.load));
  if (now.demo === undefined) parts.push('The load with faults left no report.');
  else parts.push(...demoPart(now.demo, last.demo));
  return `${parts.join('\n\n')}\n`;
}

function loadPart(now: LoadReport, last: LoadReport | undefined): string[] {
  const comparable = last !== undefined && last.orders === now.orders && last.concurrency === now.concurrency;
  const before = comparable ? last : undefined;
  const rows = [
    ...measuredFigures('GET /health', now.health, before?.health),
    ...measuredFigures(`orders, ${now.products} products`, now.spread, before?.spread),
    ...measuredFigures('orders, one product', now.flashSale, before?.flashSale),
  ];
  const against = before === undefined ? 'nothing to compare with' : `the last run was at ${before.date}`;
  return [
    '## Without faults',
    `${now.orders} orders each, ${now.concurrency} at a time, ${now.cores} cores, Node ${now.node}; ${against}.`,
    table(rows),
    promises(now.breaches),
  ];
}

function demoPart(now: DemoReport, last: DemoReport | undefined): string[] {
  const { asBuilt, naive } = now;
  const before = last?.seed === now.seed && last.asBuilt.figures.orders === asBuilt.figures.orders ? last : undefined;
  const { figures } = asBuilt;
  const was = before?.asBuilt.figures;
  return [
    '## With faults',
    `${figures.orders} shoppers, seed ${now.seed}: \`${now.command}\`. Without recovery, ${naive.figures.lost} orders were lost ` +
      `and ${naive.figures.doubleDeducted} took their stock twice; as built, ${figures.lost} and ${figures.doubleDeducted}.`,
    table([
      { name: 'wait, median', now: figures.wait.p50Ms, last: was?.wait.p50Ms, unit: 'ms', isBetterWhen: 'lower' },
      { name: 'wait, p95', now: figures.wait.p95Ms, last: was?.wait.p95Ms, unit: 'ms', isBetterWhen: 'lower' },
      {
        name: 'recovery, p95',
        now: figures.recovery.p95Ms,
        last: was?.recovery.p95Ms,
        unit: 'ms',
        isBetterWhen: 'lower',
      },
    ]),
    promises(asBuilt.breaches),
  ];
}

const measuredFigures = (name: string, now: Measured, last: Measured | undefined): Figure[] => [
  { name: `${name}, rate`, now: now.perSecond, last: last?.perSecond, unit: '/s', isBetterWhen: 'higher' },
  { name: `${name}, p50`, now: now.p50, last: last?.p50, unit: 'ms', isBetterWhen: 'lower' },
  { name: `${name}, p99`, now: now.p99, last: last?.p99, unit: 'ms', isBetterWhen: 'lower' },
];

function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, now, last, unit, isBetterWhen }) => {
    const value = (of: number) => `${of.toFixed(0)} ${unit}`;
    return `| ${name} | ${value(now)} | ${last === undefined ? '' : value(last)} | ${change(now, last, isBetterWhen)} |`;
  });
  return ['| | now | last | change |', '| --- | ---: | ---: | --- |', ...rows].join('\n');
}

function change(now: number, last: number | undefined, isBetterWhen: Figure['isBetterWhen']): string {
  if (last === undefined || last === 0) return '';
  const share = now / last - 1;
  const percent = `${share >= 0 ? '+' : ''}${(share * 100).toFixed(0)} %`;
  if (Math.abs(share) < NOTABLE) return percent;
  return share > 0 === (isBetterWhen === 'higher') ? `${percent}, better` : `**${percent}, worse**`;
}

function promises(breaches: readonly string[]): string {
  if (breaches.length === 0) return 'Every promise held.';
  return [`**${breaches.length} promises broken:**`, ...breaches.map((breach) => `- ${breach}`)].join('\n');
}
