import { parseArgs } from 'node:util';

export const targets = ['grpc', 'order', 'inventory', 'servicebus', 'postgres'] as const;
export type Target = (typeof targets)[number];

export interface RunOptions {
  /** Names of scenarios; all when empty. */
  readonly scenarios: readonly string[];
  /** Which processes the scenario kill-9 kills; each in turn when empty. */
  readonly targets: readonly Target[];
  readonly orders: number;
  readonly concurrency: number;
  readonly seed: number;
  /** Rounds are repeated, each with a seed of its own, until this time is up; 0: one round. */
  readonly minutes: number;
  /** Drills side by side, each on a stage of its own. */
  readonly lanes: number;
  readonly isShort: boolean;
  readonly isList: boolean;
}

export const usage = `npm run test:chaos -- [options]

Injects faults among shoppers, heals them, waits until the system is quiet, then holds it to its promises.

  --scenario NAME   which drill; may be repeated (default: all)
  --list            says which drills there are
  --seed N          repeats a run: the same baskets, moods and faults (default: from the clock)
  --orders N        shoppers' orders per drill (default 300; with --short 90)
  --concurrency N   shoppers at the same time (default 16; with --short 8)
  --minutes N       repeats the round with seeds derived from the first one until time is up
  --lanes N         drills side by side (default 1; with --short 2)
  --short           every drill once, in seven minutes on two cores
  --target NAME     what the drill kill-9 kills: ${targets.join(', ')}; may be repeated (default: each)`;

/** Reads the command line; throws a message for the person who typed it. */
export function parseRunOptions(argv: readonly string[]): RunOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      scenario: { type: 'string', multiple: true, default: [] },
      target: { type: 'string', multiple: true, default: [] },
      orders: { type: 'string' },
      concurrency: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      lanes: { type: 'string' },
      minutes: { type: 'string', default: '0' },
      short: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  // As many shoppers in both lanes together as in the one lane of a long run: answers are held to the same time.
  const usual = values.short
    ? { orders: '90', concurrency: '8', lanes: '2' }
    : { orders: '300', concurrency: '16', lanes: '1' };
  const count = (name: string, value: string, min: number) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < min)
      throw new Error(`--${name} must be a whole number of at least ${min}.`);
    return number;
  };
  for (const name of values.target) {
    if (!targets.includes(name as Target)) throw new Error(`--target ${name}: must be one of ${targets.join(', ')}.`);
  }
  return {
    scenarios: values.scenario,
    targets: values.target as readonly Target[],
    orders: count('orders', values.orders ?? usual.orders, 1),
    concurrency: count('concurrency', values.concurrency ?? usual.concurrency, 1),
    seed: count('seed', values.seed, 0),
    minutes: count('minutes', values.minutes, 0),
    lanes: count('lanes', values.lanes ?? usual.lanes, 1),
    isShort: values.short,
    isList: values.list,
  };
}
