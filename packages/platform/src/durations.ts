/** Milliseconds in a second and a minute, so that a duration reads as `2 * SECOND`. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
