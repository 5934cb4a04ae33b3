/** Where the emulator reads the time; tests pass one they can move. */
export interface Clock {
  /** Milliseconds since 1970, as Date.now(). */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
