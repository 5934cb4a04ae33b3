/** What the process tells its supervisor by its exit code. */
export const EXIT = {
  stopped: 0,
  couldNotStart: 1,
  /** An error nobody caught in the app's code; the real worker dies of it as well. */
  crashed: 70,
  /** A function ran longer than functionTimeout; the real host restarts the whole worker then. */
  functionTimedOut: 75,
} as const;
