/** Each bucket ends 5 % above where it begins. */
const GROWTH = 1.05;
const LOG_GROWTH = Math.log(GROWTH);
const FLOOR_MS = 0.1;
/** Ten minutes, which is as long as the host lets a function run. */
const CEILING_MS = 600_000;
const LAST_BUCKET = Math.ceil(Math.log(CEILING_MS / FLOOR_MS) / LOG_GROWTH);

/** Durations of one second and operation in at most 320 counters, however many there were. */
export interface LatencyHistogram {
  add(ms: number): void;
  /**
   * The duration that `share` of all stayed within, such as 0.95, by the nearest rank: never less than the true one, and
   * at most 5 % (below 0.1 ms: 0.1 ms) above it. 0 when there were none.
   */
  quantile(share: number): number;
}

export function makeLatencyHistogram(): LatencyHistogram {
  const counts = new Map<number, number>();
  let count = 0;
  let maxMs = 0;
  return {
    add(ms) {
      const exact = Math.ceil(Math.log(Math.max(ms, FLOOR_MS) / FLOOR_MS) / LOG_GROWTH);
      const bucket = Math.min(exact, LAST_BUCKET);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
      count += 1;
      maxMs = Math.max(maxMs, ms);
    },
    quantile(share) {
      let missing = Math.ceil(share * count);
      for (const [bucket, size] of [...counts].sort(([a], [b]) => a - b)) {
        missing -= size;
        if (missing > 0) continue;
        const upper = bucket === LAST_BUCKET ? Number.POSITIVE_INFINITY : FLOOR_MS * GROWTH ** bucket;
        return Math.min(upper, maxMs);
      }
      return 0;
    },
  };
}
