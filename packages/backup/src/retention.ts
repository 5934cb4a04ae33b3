import { DAY } from '@valerix/platform/durations';

/** How many days, ISO weeks and months keep a copy each; time in which there was no backup counts for nothing. */
export interface Retention {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

export const retention: Retention = { daily: 7, weekly: 5, monthly: 12 };

/**
 * The days to keep, grandfather-father-son: the newest of each of the last seven days, five weeks and twelve months that
 * have any. The newest is always among them, so what is dropped has newer ones after it; and what is dropped once is never
 * wanted later, so it makes no difference how often this is applied.
 */
export function daysToKeep(days: readonly string[], { daily, weekly, monthly }: Retention = retention): Set<string> {
  const newestFirst = [...days].sort().reverse();
  const kept = new Set<string>();
  const keepNewestOf = (periodOf: (day: string) => string, periods: number) => {
    const seen = new Set<string>();
    for (const day of newestFirst) {
      const period = periodOf(day);
      if (seen.has(period)) continue;
      if (seen.size === periods) return;
      seen.add(period);
      kept.add(day);
    }
  };
  keepNewestOf((day) => day, daily);
  keepNewestOf(mondayOf, weekly);
  keepNewestOf((day) => day.slice(0, 7), monthly);
  return kept;
}

/** The Monday that begins the day's week. */
function mondayOf(day: string): string {
  const at = Date.parse(day);
  const sinceMonday = (new Date(at).getUTCDay() + 6) % 7;
  return new Date(at - sinceMonday * DAY).toISOString().slice(0, 10);
}
