import { DAY, MINUTE, SECOND } from '@valerix/platform/durations';

/** What counts as too late, and how much is read and kept at once. */
export interface Limits {
  /** ms that an event may be on its way before what it has not brought about yet is a breach. */
  readonly graceMs: number;
  /** Age in ms at which the Order service gives an order up (its SWEEP_GIVE_UP_MS). */
  readonly giveUpMs: number;
  /** Age in ms from which an event that is not sent is a breach. */
  readonly outboxAgeMs: number;
  /** Nothing may be on its way: an unsettled order or an unsent event is a breach at any age. */
  readonly strict: boolean;
  /**
   * Nobody works on the books, as right after a restore: whatever the two sides disagree about stays so and is a breach at
   * once, and what waits for the services to go on is none at any age.
   */
  readonly isStill: boolean;
  /** Rows read at once. */
  readonly pageSize: number;
  /** Findings kept of each check; further ones are only counted. */
  readonly kept: number;
  /** Look only at that many newest orders, and movements of each product; null: at everything. */
  readonly newest: number | null;
}

const defaults: Limits = {
  graceMs: 60 * SECOND,
  giveUpMs: 15 * MINUTE,
  outboxAgeMs: 5 * MINUTE,
  strict: false,
  isStill: false,
  pageSize: 1_000,
  kept: 1_000,
  newest: null,
};

/** Longer than any backup is kept. */
const AGES_MS = 20 * 366 * DAY;

/** The limits that are not named are the defaults; strict ones allow no time at all. */
export function limitsOf(wanted: Partial<Limits> = {}): Limits {
  const limits = { ...defaults, ...wanted };
  if (limits.isStill) return { ...limits, graceMs: AGES_MS, outboxAgeMs: AGES_MS };
  return limits.strict ? { ...limits, graceMs: 0, outboxAgeMs: 0 } : limits;
}
