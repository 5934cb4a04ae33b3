/** When the sweep asks about an order that is not settled, and when it gives the order up; all in ms of the order's age. */
export interface SweepSchedule {
  /** Growing ages at which the Inventory service is asked (again); at least one. */
  readonly askAtAgesMs: readonly number[];
  readonly giveUpAtAgeMs: number;
}

interface Checked {
  readonly createdAt: Date;
  readonly checks: number;
}

const firstAge = ({ askAtAgesMs, giveUpAtAgeMs }: SweepSchedule): number => askAtAgesMs[0] ?? giveUpAtAgeMs;

/** When a new order is looked at if nothing settles it. */
export function firstCheckAt(createdAt: Date, schedule: SweepSchedule): Date {
  return new Date(createdAt.getTime() + firstAge(schedule));
}

/**
 * When an order is looked at next, after it was asked about `checks` times. An answer gets at least as long as the first
 * one had, so that after an outage of the sweep itself the overdue steps do not all happen at once.
 */
export function nextCheckAt({ createdAt, checks }: Checked, now: Date, schedule: SweepSchedule): Date {
  const age = schedule.askAtAgesMs[checks] ?? schedule.giveUpAtAgeMs;
  const soonest = now.getTime() + firstAge(schedule);
  return new Date(checks === 0 ? createdAt.getTime() + age : Math.max(createdAt.getTime() + age, soonest));
}

/** True when nobody need wait for an answer any more. An order that was never asked about is asked about first. */
export function isTimeToGiveUp({ createdAt, checks }: Checked, now: Date, schedule: SweepSchedule): boolean {
  return checks > 0 && now.getTime() - createdAt.getTime() >= schedule.giveUpAtAgeMs;
}
