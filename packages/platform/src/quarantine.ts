import type { Database } from './postgres.ts';

/** A message that its reader can never handle. */
export interface Quarantined {
  readonly entity: string;
  readonly reader: string;
  readonly eventId: string | null;
  readonly eventType: string | null;
  readonly body: string;
  readonly reason: 'unreadable' | 'gave_up';
  readonly detail: string;
}

// A batch may hold one message twice, and a row may be changed once by a statement: hence DISTINCT. Its order is also
// the order in which rows are locked, so two batches never wait for each other.
const insertSql = `
  INSERT INTO quarantined_messages (entity, reader, event_id, event_type, body, reason, detail)
  SELECT DISTINCT ON (reader, coalesce(event_id, ''), md5(body))
    entity, reader, event_id, event_type, body, reason, detail
  FROM jsonb_to_recordset($1::jsonb)
    AS message (entity text, reader text, event_id text, event_type text, body text, reason text, detail text)
  ORDER BY reader, coalesce(event_id, ''), md5(body)
  ON CONFLICT (reader, coalesce(event_id, ''), md5(body))
  DO UPDATE SET deliveries = quarantined_messages.deliveries + 1`;

// jsonb cannot hold NUL; a message that carries one is kept with the character made visible.
const storable = (text: string) => text.replaceAll('\u0000', '\\u0000').replaceAll(/\p{Surrogate}/gu, '\ufffd');

/** Keeps messages for an operator, each once however often it is delivered. */
export async function quarantine(database: Database, messages: readonly Quarantined[]): Promise<void> {
  const rows = messages.map(({ eventId, eventType, ...message }) => ({
    ...message,
    event_id: eventId === null ? null : storable(eventId),
    event_type: eventType === null ? null : storable(eventType),
    body: storable(message.body),
    detail: storable(message.detail),
  }));
  await database.query(insertSql, [JSON.stringify(rows)]);
}
