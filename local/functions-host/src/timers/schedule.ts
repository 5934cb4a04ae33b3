import { parseTimeSpan } from '../config/time-span.ts';
import { type NCrontab, parseNCrontab } from './ncrontab.ts';

const MINUTE_MS = 60_000;

export interface Schedule {
  /** The first occurrence after an instant (both in epoch milliseconds), in the local time zone of the process. */
  nextAfter(nowMs: number): number;
  /** It fires more than once a minute, so no status is kept for it. */
  isSubMinute(nowMs: number): boolean;
}

/**
 * Reads what a timer trigger may hold: an NCRONTAB expression or a TimeSpan.
 * @throws Error when it is neither.
 */
export function parseSchedule(text: string): Schedule {
  const crontab = parseNCrontab(text);
  if (crontab !== undefined) return fromCrontab(crontab);
  const interval = parseTimeSpan(text);
  if (interval === undefined || interval <= 0) {
    throw new Error(
      `The schedule expression '${text}' was not recognized as a valid cron expression or timespan string.`,
    );
  }
  return { nextAfter: (nowMs) => nowMs + interval, isSubMinute: () => interval < MINUTE_MS };
}

function fromCrontab(crontab: NCrontab): Schedule {
  const nextAfter = crontab.isInterval
    ? (nowMs: number) => nextOfInterval(crontab, nowMs)
    : (nowMs: number) => nextPointInTime(crontab, nowMs);
  return {
    nextAfter,
    isSubMinute(nowMs) {
      const first = nextAfter(nowMs);
      return crontab.isBySecond && nextAfter(first) - first < MINUTE_MS;
    },
  };
}

/** A point in time that clocks show twice is taken once, the first time; one they skip comes right after the gap. */
function nextPointInTime(crontab: NCrontab, nowMs: number): number {
  let wall = toWall(nowMs);
  for (;;) {
    wall = crontab.nextWallTime(wall);
    const at = new Date(wall);
    const instant = new Date(
      at.getUTCFullYear(),
      at.getUTCMonth(),
      at.getUTCDate(),
      at.getUTCHours(),
      at.getUTCMinutes(),
      at.getUTCSeconds(),
    ).getTime();
    if (instant > nowMs) return instant;
  }
}

/** An interval goes on through both passes of a repeated hour. */
function nextOfInterval(crontab: NCrontab, nowMs: number): number {
  let from = nowMs;
  let offset = offsetAt(nowMs);
  for (;;) {
    const candidate = crontab.nextWallTime(from + offset) - offset;
    if (offsetAt(candidate) === offset) return candidate;
    // Clocks change on the way: start again at the change, its own second included, with the new offset.
    const change = firstChange(from, candidate, offset);
    from = change - 1;
    offset = offsetAt(change);
  }
}

/** Bisects for the instant after which the offset is another one. */
function firstChange(fromMs: number, toMs: number, offset: number): number {
  let [before, after] = [fromMs, toMs];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

const offsetAt = (instantMs: number) => -new Date(instantMs).getTimezoneOffset() * MINUTE_MS;
const toWall = (instantMs: number) => instantMs + offsetAt(instantMs);
