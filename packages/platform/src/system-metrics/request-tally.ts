import { SECOND } from '../durations.ts';
import { type LatencyHistogram, makeLatencyHistogram } from './latency-histogram.ts';

/** A request or call that was answered. */
export interface FinishedRequest {
  readonly operation: string;
  readonly durationMs: number;
  /** It asked for something to be changed: an order placed, not one looked at. */
  readonly isChange: boolean;
  /** Why the service failed it, as a code of a known list; undefined when it did not fail by the service's fault. */
  readonly failure?: string | undefined;
}

/** Sums of requests, from which averages over any number of instances and seconds are exact. */
export interface Sums {
  readonly count: number;
  readonly errors: number;
  readonly sumMs: number;
  readonly maxMs: number;
}

/** What one operation did in one second. */
export interface TalliedOperation extends Sums {
  readonly operation: string;
  readonly isChange: boolean;
  readonly p95Ms: number;
  readonly failures: ReadonlyMap<string, number>;
}

export interface TalliedSecond {
  /** Epoch seconds in which the requests were answered. */
  readonly second: number;
  readonly operations: readonly TalliedOperation[];
}

export interface RequestTally {
  add(request: FinishedRequest): void;
  /** The whole seconds before now, oldest first, which are then forgotten. */
  take(): TalliedSecond[];
}

/** Seconds that are kept while nobody takes them. */
const MAX_SECONDS = 60;

interface Counting {
  readonly histogram: LatencyHistogram;
  readonly failures: Map<string, number>;
  isChange: boolean;
  count: number;
  errors: number;
  sumMs: number;
  maxMs: number;
}

/** Counts requests by the second and operation in which they were answered; the work for each is constant. */
export function makeRequestTally(now: () => number = Date.now): RequestTally {
  const seconds = new Map<number, Map<string, Counting>>();

  const countingOf = (operation: string): Counting => {
    const second = Math.floor(now() / SECOND);
    let operations = seconds.get(second);
    if (operations === undefined) {
      operations = new Map();
      seconds.set(second, operations);
      const [oldest] = seconds.keys();
      if (seconds.size > MAX_SECONDS && oldest !== undefined) seconds.delete(oldest);
    }
    let counting = operations.get(operation);
    if (counting === undefined) {
      const nothing = { isChange: false, count: 0, errors: 0, sumMs: 0, maxMs: 0 };
      counting = { histogram: makeLatencyHistogram(), failures: new Map(), ...nothing };
      operations.set(operation, counting);
    }
    return counting;
  };

  return {
    add({ operation, durationMs, isChange, failure }) {
      const counting = countingOf(operation);
      counting.histogram.add(durationMs);
      counting.isChange = isChange;
      counting.count += 1;
      counting.sumMs += durationMs;
      counting.maxMs = Math.max(counting.maxMs, durationMs);
      if (failure === undefined) return;
      counting.errors += 1;
      counting.failures.set(failure, (counting.failures.get(failure) ?? 0) + 1);
    },
    take() {
      const present = Math.floor(now() / SECOND);
      const taken: TalliedSecond[] = [];
      for (const [second, operations] of seconds) {
        // A clock that was set back leaves seconds of the future: they are over as well.
        if (second === present) continue;
        seconds.delete(second);
        taken.push({ second, operations: [...operations].map(talliedOperation) });
      }
      return taken.sort((a, b) => a.second - b.second);
    },
  };
}

function talliedOperation([operation, { histogram, ...counting }]: [string, Counting]): TalliedOperation {
  return { operation, ...counting, p95Ms: histogram.quantile(0.95) };
}

/** The sums of several operations or instances together. */
export function addUp(all: readonly Sums[]): Sums {
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    sumMs: all.reduce((sum, { sumMs }) => sum + sumMs, 0),
    maxMs: all.reduce((max, { maxMs }) => Math.max(max, maxMs), 0),
  };
}
