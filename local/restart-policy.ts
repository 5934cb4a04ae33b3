const SECOND = 1_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5 * SECOND;
/** Whoever lived this long did not die "right after starting", healthy or not. */
const LONG_LIFE_MS = 10 * SECOND;

/** How long to wait before a process that died is started again. One per process; all times in milliseconds. */
export interface RestartPolicy {
  started(): void;
  becameHealthy(): void;
  /** The delay before the next start. */
  ended(): number;
  /** How many starts in a row came to nothing. */
  readonly fruitlessStarts: number;
}

/**
 * A process that worked is started again at once, however often it dies: that is what a crash on purpose needs.
 * One that keeps dying right after its start waits 0, 100, 200, 400 ... at most 5,000 ms.
 */
export function makeRestartPolicy(now: () => number): RestartPolicy {
  let startedAt = now();
  let healthy = false;
  let fruitless = 0;
  return {
    started() {
      startedAt = now();
      healthy = false;
    },
    becameHealthy() {
      healthy = true;
      fruitless = 0;
    },
    ended() {
      if (healthy || now() - startedAt >= LONG_LIFE_MS) fruitless = 0;
      else fruitless += 1;
      return fruitless < 2 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (fruitless - 2), LONGEST_DELAY_MS);
    },
    get fruitlessStarts() {
      return fruitless;
    },
  };
}
