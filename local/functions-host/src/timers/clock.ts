/** Time as the timers see it; tests move it by hand. */
export interface Clock {
  now(): number;
  /** Calls back after a delay in milliseconds; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
