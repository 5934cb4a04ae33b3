import type { DemoRun } from '../report.ts';
import { duration } from './words.ts';

/** One figure of both runs, in words; `isBad` marks what must not be. */
export interface Row {
  readonly name: string;
  readonly values: readonly { readonly text: string; readonly isBad: boolean }[];
}

/** The figures side by side, for the page and for the console. */
export function comparison(runs: readonly DemoRun[]): Row[] {
  const row = (
    name: string,
    text: (run: DemoRun) => string | number,
    isBad: (run: DemoRun) => boolean = () => false,
  ) => ({
    name,
    values: runs.map((run) => ({ text: String(text(run)), isBad: isBad(run) })),
  });
  const recovered = (of: (run: DemoRun) => number) => (run: DemoRun) =>
    run.figures.recovery.orders === 0 ? 'none' : duration(of(run));
  return [
    row('orders', ({ figures }) => figures.orders),
    row(
      'answered',
      ({ figures }) => figures.answered,
      ({ figures }) => figures.answered < figures.orders,
    ),
    row('confirmed', ({ figures }) => figures.confirmed),
    row(
      'lost: stock taken, no order',
      ({ figures }) => figures.lost,
      ({ figures }) => figures.lost > 0,
    ),
    row(
      'stock deducted more than once',
      ({ figures }) => figures.doubleDeducted,
      ({ figures }) => figures.doubleDeducted > 0,
    ),
    row('pieces sold', ({ figures }) => figures.piecesTold),
    row(
      'pieces deducted',
      ({ figures }) => figures.piecesDeducted,
      ({ figures }) => figures.piecesDeducted !== figures.piecesTold,
    ),
    row('affected orders', ({ figures }) => figures.affected),
    row('waiting time, half', ({ figures }) => duration(figures.wait.p50Ms)),
    row('waiting time, 95 of 100', ({ figures }) => duration(figures.wait.p95Ms)),
    row('waiting time, longest', ({ figures }) => duration(figures.wait.maxMs)),
    row('recovered by themselves', ({ figures }) => figures.recovery.orders),
    row(
      'time to recovery, half',
      recovered(({ figures }) => figures.recovery.p50Ms),
    ),
    row(
      'time to recovery, longest',
      recovered(({ figures }) => figures.recovery.maxMs),
    ),
    row('faults: delayed, error, cut, died', ({ faults: { gremlin, error, drop, exit } }) =>
      [gremlin, error, drop, exit].join(', '),
    ),
  ];
}
