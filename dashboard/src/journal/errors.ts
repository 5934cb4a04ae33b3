import type { AnyEvent } from '@valerix/contracts/events';

interface ErrorCount {
  readonly service: string;
  readonly code: string;
  readonly count: number;
  readonly lastAt: number;
}

/** Errors by service and code since this page was opened. */
export type Errors = ReadonlyMap<string, ErrorCount>;

export const noErrors: Errors = new Map();
const CODES_KEPT = 40;

export function hearErrors(errors: Errors, events: readonly AnyEvent[]): Errors {
  const news = events.filter((event) => event.eventType === 'ErrorOccurred');
  if (news.length === 0) return errors;
  const after = new Map(errors);
  for (const { timestamp, data } of news) {
    const key = `${data.service} ${data.code}`;
    const before = after.get(key);
    if (before === undefined && after.size >= CODES_KEPT) continue;
    const lastAt = Math.max(before?.lastAt ?? 0, Date.parse(timestamp));
    after.set(key, { service: data.service, code: data.code, count: (before?.count ?? 0) + data.count, lastAt });
  }
  return after;
}
