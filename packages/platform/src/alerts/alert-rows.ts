import { alertFacts, alertRules, alertState, breakerState } from '@valerix/contracts/alerts-api';
import { z } from 'zod';
import { MINUTE, SECOND } from '../durations.ts';
import type { Bucket, Heartbeat } from './observations.ts';

/** An entity of the table: keys and columns. */
export interface Row {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string | number;
}

export const HEARTBEATS = 'heartbeats';
export const STATE = { partitionKey: 'state', rowKey: 'all' } as const;

const SECONDS_PER_PARTITION = MINUTE / SECOND;
const MINUTE_PREFIX = 'minute-';

/** A partition holds a minute: a window of 30 s lies in two of them at most. Names sort as the minutes do. */
export const partitionOf = (second: number) =>
  `${MINUTE_PREFIX}${String(Math.floor(second / SECONDS_PER_PARTITION)).padStart(10, '0')}`;
/** Where the rows of a second begin, and those of the second before end. */
export const rowKeyFrom = (second: number) => String(second).padStart(12, '0');

/** Consecutive rows of one partition that hold seconds from `from` to before `until`. */
export interface RowRange {
  readonly partitionKey: string;
  readonly fromRow: string;
  readonly untilRow: string;
}

/** The ranges that hold the seconds from `from` to before `until`, one per minute touched. */
export function rangesOf(from: number, until: number): RowRange[] {
  const partitions = new Set([partitionOf(from), partitionOf(until - 1)]);
  return [...partitions].map((partitionKey) => ({
    partitionKey,
    fromRow: rowKeyFrom(from),
    untilRow: rowKeyFrom(until),
  }));
}

export function bucketRow({ second, service, instance, all, changes }: Bucket): Row {
  return {
    partitionKey: partitionOf(second),
    rowKey: `${rowKeyFrom(second)} ${service} ${instance}`,
    second,
    service,
    instance,
    count: all.count,
    errors: all.errors,
    sumMs: all.sumMs,
    maxMs: all.maxMs,
    changeCount: changes.count,
    changeErrors: changes.errors,
    changeSumMs: changes.sumMs,
    changeMaxMs: changes.maxMs,
  };
}

const count = z.int().min(0);
const ms = z.number().min(0);
const bucketColumns = z
  .object({
    second: z.int(),
    service: z.string(),
    instance: z.string(),
    count,
    errors: count,
    sumMs: ms,
    maxMs: ms,
    changeCount: count,
    changeErrors: count,
    changeSumMs: ms,
    changeMaxMs: ms,
  })
  .transform(
    ({ second, service, instance, ...row }): Bucket => ({
      second,
      service,
      instance,
      all: { count: row.count, errors: row.errors, sumMs: row.sumMs, maxMs: row.maxMs },
      changes: { count: row.changeCount, errors: row.changeErrors, sumMs: row.changeSumMs, maxMs: row.changeMaxMs },
    }),
  );

export const heartbeatKey = (service: string, instance: string) => ({
  partitionKey: HEARTBEATS,
  rowKey: `${service} ${instance}`,
});

export function heartbeatRow({ service, instance, at, startedAt, dependencies, breaker }: Heartbeat): Row {
  return {
    ...heartbeatKey(service, instance),
    service,
    instance,
    at: new Date(at).toISOString(),
    startedAt: new Date(startedAt).toISOString(),
    dependencies: JSON.stringify(dependencies),
    breaker: breaker ?? '',
  };
}

const instant = z.iso.datetime().transform((iso) => Date.parse(iso));
const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
});
const heartbeatColumns = z.object({
  service: z.string(),
  instance: z.string(),
  at: instant,
  startedAt: instant,
  dependencies: jsonText.pipe(z.record(z.string(), z.enum(['healthy', 'unhealthy']))),
  breaker: z.preprocess((text) => (text === '' ? null : text), breakerState.nullable()),
}) satisfies z.ZodType<Heartbeat>;

const standing = z.object({ state: alertState, since: z.iso.datetime() });
const storedState = z.object({
  overall: standing,
  /** Without those that a version of before does not know. */
  rules: z.partialRecord(z.enum(alertRules), standing),
  /** Epoch ms of the verdict that changed it last. */
  changedAt: z.int(),
  /** Changes that may not have been announced yet. */
  unannounced: z.array(z.object({ eventId: z.uuid(), timestamp: z.iso.datetime(), facts: alertFacts })),
  /** Epoch ms until when whoever wrote this is about to announce them. */
  claimedUntil: z.int(),
});
/** What all instances agree on. */
export type StoredState = z.infer<typeof storedState>;

export const stateRow = (state: StoredState): Row => ({ ...STATE, content: JSON.stringify(state) });
const stateColumns = z.object({ content: jsonText.pipe(storedState) }).transform(({ content }) => content);

const readableAs =
  <T>(schema: z.ZodType<T>) =>
  (row: unknown): T | undefined =>
    schema.safeParse(row).data;

/** Each answers undefined for a row that is none of ours, or of a later version. */
export const readBucket = readableAs<Bucket>(bucketColumns);
export const readHeartbeat = readableAs<Heartbeat>(heartbeatColumns);
export const readStoredState = readableAs<StoredState>(stateColumns);

/** Every row of a second before `second` lies in a partition from the first name to before the second one. */
export function partitionsBefore(second: number): { readonly from: string; readonly until: string } {
  return { from: MINUTE_PREFIX, until: partitionOf(second) };
}
