import { expect, test } from 'vitest';
import type { DemoReport, DemoRun } from '../../tests/demo/report.ts';
import type { LoadReport } from '../../tests/load/report.ts';
import { summarize } from './summary.ts';

const measured = { perSecond: 500, p50: 10, p95: 20, p99: 30, statuses: { 201: 3_000 } };
const load: LoadReport = {
  date: '2026-01-02T03:04:05.000Z',
  orders: 3_000,
  concurrency: 50,
  products: 20,
  cores: 4,
  node: 'v24.0.0',
  health: measured,
  spread: measured,
  flashSale: measured,
  breaches: [],
};
const run: DemoRun = {
  name: 'as built',
  seconds: 60,
  figures: {
    orders: 300,
    answered: 300,
    confirmed: 300,
    lost: 0,
    doubleDeducted: 0,
    affected: 9,
    piecesTold: 300,
    piecesDeducted: 300,
    wait: { p50Ms: 40, p95Ms: 900, maxMs: 2_000 },
    recovery: { orders: 9, p50Ms: 500, p95Ms: 800, maxMs: 900 },
  },
  outcomes: { confirmed: 300, confirmed_later: 0, refused: 0, gave_up: 0, unfinished: 0, double_deducted: 0, lost: 0 },
  faults: { gremlin: 1, error: 1, drop: 1, exit: 1 },
  restarts: 1,
  waitsMs: [],
  recoveriesMs: [],
  affected: [],
  breaches: [],
};
const demo: DemoReport = {
  command: 'npm run demo:reliability',
  seed: 1,
  concurrency: 12,
  date: load.date,
  machine: { cores: 4, memoryGb: 16, processor: 'any', node: 'v24.0.0', system: 'linux' },
  naive: { ...run, name: 'recovery off', figures: { ...run.figures, lost: 7, doubleDeducted: 3 } },
  asBuilt: run,
  isProven: true,
};
const nothing = { load: undefined, demo: undefined };

test('a first run has its figures and nothing to compare them with', () => {
  const text = summarize({ load, demo }, nothing);
  expect(text).toContain('nothing to compare with');
  expect(text).toContain('| orders, 20 products, rate | 500 /s |  |  |');
  expect(text).toContain('7 orders were lost and 3 took their stock twice; as built, 0 and 0');
});

test('a notable change is called better or worse, by what is better of that figure', () => {
  const slower = { ...measured, perSecond: 300, p50: 5, p99: 33 };
  const text = summarize({ load: { ...load, spread: slower }, demo }, { load, demo });
  expect(text).toContain('| orders, 20 products, rate | 300 /s | 500 /s | **-40 %, worse** |');
  expect(text).toContain('| orders, 20 products, p50 | 5 ms | 10 ms | -50 %, better |');
  expect(text).toContain('| orders, 20 products, p99 | 33 ms | 30 ms | +10 % |');
});

test('a run of another size is not compared', () => {
  const text = summarize({ load, demo }, { load: { ...load, orders: 100 }, demo: { ...demo, seed: 2 } });
  expect(text).toContain('nothing to compare with');
  expect(text).not.toContain('%');
});

test('a broken promise and a missing report are not passed over', () => {
  const broken = { ...load, breaches: ['P1: espresso was oversold'] };
  const text = summarize({ load: broken, demo: undefined }, nothing);
  expect(text).toContain('**1 promises broken:**\n- P1: espresso was oversold');
  expect(text).toContain('The load with faults left no report.');
});
