import { SECOND } from '@valerix/platform/durations';
import type { Side } from './finding.ts';
import type { Limits } from './limits.ts';
import type { Query } from './pages.ts';
import type { Tally } from './tally.ts';

/** No sender claims a row for longer than half a minute; a claim beyond this keeps the row from everybody. */
export const LONGEST_CLAIM_SECONDS = 120;

const outboxSql = `
  SELECT entity, count(*)::int AS waiting,
    count(*) FILTER (WHERE claimed_until > now() + $1 * interval '1 second')::int AS stuck,
    count(*) FILTER (WHERE claimed_until <= now() + $1 * interval '1 second'
      AND created_at <= now() - $2 * interval '1 second')::int AS old,
    extract(epoch FROM now() - min(created_at))::float8 AS oldest
  FROM outbox GROUP BY entity ORDER BY entity`;
const quarantineSql = `
  SELECT reader, event_type, reason, count(*)::int AS messages, min(detail) AS detail
  FROM quarantined_messages GROUP BY reader, event_type, reason ORDER BY reader, event_type, reason`;

interface Waiting {
  readonly entity: string;
  readonly waiting: number;
  readonly stuck: number;
  readonly old: number;
  readonly oldest: number;
}

interface SetAside {
  readonly reader: string;
  readonly event_type: string | null;
  readonly reason: string;
  readonly messages: number;
  readonly detail: string;
}

/** Events that should have been sent by now; one finding for each entity they are for. */
export async function checkOutbox(query: Query, tally: Tally, limits: Limits, side: Side): Promise<void> {
  const rows = await query<Waiting>(outboxSql, [LONGEST_CLAIM_SECONDS, limits.outboxAgeMs / SECOND]);
  for (const { entity, waiting, stuck, old, oldest } of rows) {
    tally.examine(waiting);
    tally.onItsWay(waiting - stuck - old);
    if (stuck > 0) {
      const explanation = `${stuck} events for ${entity} are claimed by a sender for longer than any sender lives.`;
      tally.breach({ subject: `${side} outbox`, explanation, repairable: { kind: 'free_claims', side, entity } });
    }
    if (old > 0) {
      const explanation = `${old} events for ${entity} are not sent, the oldest since ${Math.round(oldest)} s.`;
      tally.breach({ subject: `${side} outbox`, explanation, repairable: null });
    }
  }
}

/** Messages that nobody could handle; one finding for each kind. */
export async function checkQuarantine(query: Query, tally: Tally): Promise<void> {
  for (const { reader, event_type, reason, messages, detail } of await query<SetAside>(quarantineSql)) {
    tally.examine(messages);
    const what = `${messages} ${event_type ?? 'unknown'} messages are quarantined by ${reader} as ${reason}`;
    const explanation = `${what}, such as: ${detail.replaceAll(/\s+/g, ' ').slice(0, 200)}.`;
    tally.breach({ subject: reader, explanation, repairable: null });
  }
}
