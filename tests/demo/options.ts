import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly orders: number;
  readonly seed: number;
  readonly concurrency: number;
  /** The directory of the two reports. */
  readonly out: string;
}

export const usage = `npm run demo:reliability -- [options]

Runs the same shoppers twice under the same faults, with recovery switched off and as built, and compares.

  --orders N        shoppers in each run (default 300)
  --seed N          the same shoppers and the same faults again (default 1)
  --concurrency N   shoppers at the same time (default 12)
  --out DIR         where report.json and report.html go (default test-results)`;

/** Reads the command line; throws a message for the person who typed it. */
export function parseDemoOptions(argv: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      orders: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      concurrency: { type: 'string', default: '12' },
      out: { type: 'string', default: 'test-results' },
    },
  });
  const count = (name: string, value: string, min: number) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < min)
      throw new Error(`--${name} must be a whole number of at least ${min}.`);
    return number;
  };
  return {
    orders: count('orders', values.orders, 3),
    seed: count('seed', values.seed, 0),
    concurrency: count('concurrency', values.concurrency, 1),
    out: values.out,
  };
}
