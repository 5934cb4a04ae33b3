import { z } from 'zod';

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative();

/** What came of one shopper's visit, the worst that is true of it. */
export const outcomes = [
  'confirmed',
  'confirmed_later',
  'refused',
  'gave_up',
  'unfinished',
  'double_deducted',
  'lost',
] as const;
export type Outcome = (typeof outcomes)[number];

export const timelineEvent = z.object({
  /** Milliseconds since the shopper's first click. */
  ms: z.number(),
  who: z.enum(['shopper', 'shop', 'warehouse', 'order']),
  what: z.string(),
});

/** An order whose way was not the plain one: anything but bought at the first try, with the stock deducted once. */
export const affectedOrder = z.object({
  shopper: z.int().positive(),
  at: z.iso.datetime(),
  /** What was wrong with the warehouse at the time. */
  act: z.string(),
  outcome: z.enum(outcomes),
  orderIds: z.array(z.uuid()),
  tries: count,
  piecesWanted: count,
  /** Pieces that the shopper was told to have bought. */
  piecesTold: count,
  /** Pieces that the ledger says were taken for this shopper and not given back. */
  piecesDeducted: count,
  waitMs: milliseconds,
  /** From the answer "accepted" until the order was confirmed. */
  recoveryMs: milliseconds.nullable(),
  timeline: z.array(timelineEvent),
});
export type AffectedOrder = z.infer<typeof affectedOrder>;

export const figures = z.object({
  orders: count,
  /** Shoppers who got an answer that holds: bought, accepted or not in stock. */
  answered: count,
  confirmed: count,
  /** Stock was taken, and the shopper knows of no order. */
  lost: count,
  /** Stock was taken more than once for one purchase. */
  doubleDeducted: count,
  affected: count,
  piecesTold: count,
  piecesDeducted: count,
  wait: z.object({ p50Ms: milliseconds, p95Ms: milliseconds, maxMs: milliseconds }),
  /** Of the orders that were accepted first and confirmed later. */
  recovery: z.object({ orders: count, p50Ms: milliseconds, p95Ms: milliseconds, maxMs: milliseconds }),
});
export type Figures = z.infer<typeof figures>;

export const demoRun = z.object({
  name: z.enum(['recovery off', 'as built']),
  seconds: z.number(),
  figures,
  outcomes: z.record(z.enum(outcomes), count),
  /** Faults that the warehouse injected, by kind. */
  faults: z.object({ gremlin: count, error: count, drop: count, exit: count }),
  restarts: count,
  waitsMs: z.array(milliseconds),
  recoveriesMs: z.array(milliseconds),
  affected: z.array(affectedOrder),
  /** What is wrong in the end, in sentences. */
  breaches: z.array(z.string()),
});
export type DemoRun = z.infer<typeof demoRun>;

/** The content of `report.json`. */
export const demoReport = z.object({
  command: z.string(),
  seed: count,
  concurrency: z.int().positive(),
  date: z.iso.datetime(),
  machine: z.object({
    cores: count,
    memoryGb: z.number(),
    processor: z.string(),
    node: z.string(),
    system: z.string(),
  }),
  naive: demoRun,
  asBuilt: demoRun,
  /** Every promise held as built. */
  isProven: z.boolean(),
});
export type DemoReport = z.infer<typeof demoReport>;
