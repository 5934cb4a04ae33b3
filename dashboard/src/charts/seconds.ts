import type { AnyEvent, EventData } from '@valerix/contracts/events';

/** What one service did in one second. */
export interface Totals {
  readonly count: number;
  readonly errors: number;
  readonly durations: Durations;
  /** Of those requests that change something, by which the alert judges: fast reads do not make slow orders look fast. */
  readonly ofChanges: Durations;
}

export interface Durations {
  readonly count: number;
  /** Sum of all, so that the average over seconds is that over requests. */
  readonly sumMs: number;
  /** Of the slowest operation: 95 of 100 of its calls were faster. */
  readonly p95Ms: number;
}

/** Five minutes, a bucket for each second and in it the totals of each service. */
export interface Seconds {
  readonly buckets: ReadonlyMap<number, ReadonlyMap<string, Totals>>;
  /** How far the services' clocks are ahead of this one; the chart's right edge is their present. */
  readonly aheadMs: number;
}

export const SECONDS_KEPT = 300;
const SERVICES_KEPT = 8;
/** An event further ahead of this clock than that says nothing of the present. */
const AHEAD_AT_MOST_MS = 15 * 60_000;

export const noSeconds: Seconds = { buckets: new Map(), aheadMs: Number.NEGATIVE_INFINITY };

const noDurations: Durations = { count: 0, sumMs: 0, p95Ms: 0 };
export const nothingDone: Totals = { count: 0, errors: 0, durations: noDurations, ofChanges: noDurations };

const addDurations = (a: Durations, b: Durations): Durations => ({
  count: a.count + b.count,
  sumMs: a.sumMs + b.sumMs,
  p95Ms: Math.max(a.p95Ms, b.p95Ms),
});

export const add = (a: Totals, b: Totals): Totals => ({
  count: a.count + b.count,
  errors: a.errors + b.errors,
  durations: addDurations(a.durations, b.durations),
  ofChanges: addDurations(a.ofChanges, b.ofChanges),
});

/** Operations are named after their function; these only read. */
const reads = /(^|-)(get|list|negotiate|health|metrics|fallback)$/;

/** The services' present, in whole seconds of the epoch. */
export const presentSecond = ({ aheadMs }: Seconds, now: number): number =>
  Math.floor((now + (Number.isFinite(aheadMs) ? aheadMs : 0)) / 1000);

/** Adds `ResponseTime` events, each of which counts for as many requests as it says. */
export function hearResponseTimes(seconds: Seconds, events: readonly AnyEvent[], now: number): Seconds {
  const measured = events.filter((event) => event.eventType === 'ResponseTime');
  if (measured.length === 0) return seconds;
  let { aheadMs } = seconds;
  for (const { timestamp } of measured) {
    const ahead = Date.parse(timestamp) - now;
    if (ahead > aheadMs && ahead <= AHEAD_AT_MOST_MS) aheadMs = ahead;
  }
  const present = presentSecond({ ...seconds, aheadMs }, now);
  const buckets = new Map(seconds.buckets);
  for (const { timestamp, data } of measured) {
    const second = Math.floor(Date.parse(timestamp) / 1000);
    if (second <= present - SECONDS_KEPT || second > present) continue;
    const services = new Map(buckets.get(second));
    const before = services.get(data.service);
    if (before === undefined && services.size >= SERVICES_KEPT) continue;
    services.set(data.service, add(before ?? nothingDone, totalsOf(data)));
    buckets.set(second, services);
  }
  for (const second of buckets.keys()) if (second <= present - SECONDS_KEPT) buckets.delete(second);
  return { buckets, aheadMs };
}

function totalsOf({ operation, count, errorCount, durationMs, p95Ms }: EventData<'ResponseTime'>): Totals {
  const durations = { count, sumMs: durationMs * count, p95Ms };
  return { count, errors: errorCount, durations, ofChanges: reads.test(operation) ? noDurations : durations };
}
