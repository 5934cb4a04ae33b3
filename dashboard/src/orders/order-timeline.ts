import type { OrderDetails } from '@valerix/contracts/order-api';
import { reasonInWords } from './describe-order-event.ts';
import { statusNames } from './order-status-names.ts';
import type { HeardEvent } from './orders.ts';

/** One line of an order's life: `state` from the service's log, `event` as it was heard by this page. */
export interface TimelineEntry {
  readonly key: string;
  readonly kind: 'state' | 'event';
  readonly at: number;
  /** Since the entry before. */
  readonly afterMs: number | undefined;
  readonly name: string;
  readonly words: string;
}

/** The log and what was heard, as one story in the order of time; of one moment the log comes first. */
export function orderTimeline(
  details: Pick<OrderDetails, 'history'> | undefined,
  heard: readonly HeardEvent[],
): TimelineEntry[] {
  const states = (details?.history ?? []).map(({ orderVersion, from, to, reason, at }) => ({
    key: `state ${orderVersion}`,
    kind: 'state' as const,
    at: Date.parse(at),
    name: from === null ? statusNames[to] : `${statusNames[from]} → ${statusNames[to]}`,
    words: reason === null ? '' : reasonInWords(reason),
  }));
  const events = heard.map(({ eventId, eventType, at, words }) => ({
    key: eventId,
    kind: 'event' as const,
    at,
    name: eventType,
    words,
  }));
  const sorted = [...states, ...events].sort(
    (a, b) => a.at - b.at || (a.kind === b.kind ? 0 : a.kind === 'state' ? -1 : 1),
  );
  return sorted.map((entry, index) => {
    const before = sorted[index - 1];
    return { ...entry, afterMs: before === undefined ? undefined : entry.at - before.at };
  });
}
