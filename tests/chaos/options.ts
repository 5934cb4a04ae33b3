import { parseArgs } from 'node:util';

export const targets = ['grpc', 'order', 'inventory', 'servicebus', 'postgres'] as const;
export type Target = (typeof targets)[number];

export interface DrillOptions {
  readonly targets: readonly Target[];
  readonly orders: number;
  readonly concurrency: number;
  readonly seed: number;
}

export const usage = `npm run test:chaos -- [options]

Kills processes with SIGKILL in the middle of orders, waits until the system is quiet, then checks the promises.

  --target NAME     ${targets.join(', ')}; may be repeated (default: each in turn)
  --orders N        orders per drill (default 500)
  --concurrency N   shoppers at the same time (default 25)
  --seed N          repeats a run: the same baskets, the same moment of the kill (default: from the clock)`;

/** Reads the command line; throws a message for the person who typed it. */
export function parseDrillOptions(argv: readonly string[]): DrillOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      target: { type: 'string', multiple: true },
      orders: { type: 'string', default: '500' },
      concurrency: { type: 'string', default: '25' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const count = (name: 'orders' | 'concurrency' | 'seed', min: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < min)
      throw new Error(`--${name} must be a whole number of at least ${min}.`);
    return value;
  };
  const wanted = values.target ?? targets;
  for (const name of wanted) {
    if (!targets.includes(name as Target)) throw new Error(`--target ${name}: must be one of ${targets.join(', ')}.`);
  }
  return {
    targets: wanted as readonly Target[],
    orders: count('orders', 1),
    concurrency: count('concurrency', 1),
    seed: count('seed', 0),
  };
}
