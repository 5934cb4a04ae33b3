import { DAY, HOUR, MINUTE } from '@valerix/platform/durations';
import { utcDay } from './archive-names.ts';
import { type Snapshot, type SnapshotService, snapshotServices } from './snapshot.ts';

/**
 * At one o'clock UTC in every service, half an hour before the vault is called: the snapshots of one day are of nearly
 * one moment. The two further runs find nothing to do, unless the one before them failed.
 */
export const DAILY_EXPORT_SCHEDULE = '0 0,10,20 1 * * *';

/** UTC; half an hour after the exports begin. */
const DUE_AFTER_MS = 1.5 * HOUR;
/** Until then the call waits for a service whose snapshot of the day is missing; one alone is better than none. */
const WAITS_UNTIL_MS = 6 * HOUR;
/** Also later in the day: the other service may just be writing the companion of a snapshot this young. */
const COMPANION_MS = 25 * MINUTE;
/** The timer looks at that minute of each hour. */
const TIMER_MINUTE = 30;

const dayBegin = (at: number) => Date.parse(utcDay(at));

/** Whether the call of the day is due, and not too early in the day for it. */
export const isDue = (now: number): boolean => now >= dayBegin(now) + DUE_AFTER_MS;

/** The services whose snapshot of today the call still waits for; none once it has waited long enough. */
export function awaitedServices(snapshots: readonly Snapshot[], now: number): SnapshotService[] {
  const isYoung = ({ takenAt }: Snapshot) => now - Date.parse(takenAt) < COMPANION_MS;
  if (now >= dayBegin(now) + WAITS_UNTIL_MS && !snapshots.some(isYoung)) return [];
  const today = utcDay(now);
  return snapshotServices.filter(
    (service) => !snapshots.some((one) => one.service === service && utcDay(Date.parse(one.takenAt)) === today),
  );
}

/** When the timer calls next, given whether today's call has been made. */
export function nextRunAt(now: number, isTodaySpent: boolean): number {
  const begin = dayBegin(now);
  const tomorrow = begin + DAY + DUE_AFTER_MS;
  if (isTodaySpent) return tomorrow;
  const timerOfHour = Math.floor(now / HOUR) * HOUR + TIMER_MINUTE * MINUTE;
  const nextTimer = timerOfHour > now ? timerOfHour : timerOfHour + HOUR;
  return nextTimer >= begin + DAY ? tomorrow : Math.max(nextTimer, begin + DUE_AFTER_MS);
}
