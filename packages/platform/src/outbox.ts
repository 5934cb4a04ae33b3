import { randomUUID } from 'node:crypto';
import { type EventData, type EventEnvelope, type EventType, entityOf } from '@valerix/contracts/events';
import type { EntityName } from '@valerix/contracts/topology';
import { makeBatcher } from './batcher.ts';
import { passCrashPoint } from './crash-points.ts';
import { SECOND } from './durations.ts';
import type { Logger } from './logger.ts';
import type { Messaging, OutgoingMessage } from './messaging.ts';
import type { Database } from './postgres.ts';
import { inSpans } from './telemetry/spans.ts';

/** An event on its way: exactly the columns of the outbox table that its writer fills. */
export interface OutboxRow {
  readonly event_id: string;
  readonly entity: EntityName;
  readonly event_type: EventType;
  readonly body: EventEnvelope;
  readonly traceparent: string | null;
}

/** A new event as an outbox row. The owner writes it in the transaction that makes it true. */
export function outboxRow<T extends EventType>(
  eventType: T,
  data: EventData<T>,
  { now = new Date(), eventId = randomUUID() as string, traceparent = null as string | null } = {},
): OutboxRow {
  const body = { eventType, eventId, timestamp: now.toISOString(), data } as EventEnvelope;
  return { event_id: eventId, entity: entityOf(eventType), event_type: eventType, body, traceparent };
}

const insertSql = `
  INSERT INTO outbox (event_id, entity, event_type, body, traceparent)
  SELECT event_id, entity, event_type, body, traceparent FROM jsonb_to_recordset($1::jsonb)
    AS fresh (event_id uuid, entity text, event_type text, body jsonb, traceparent text)`;

/** Writes events into the outbox, in order; `run` belongs to the transaction that makes them true. */
export async function writeOutbox(run: Database['query'], rows: readonly OutboxRow[]): Promise<void> {
  await run(insertSql, [JSON.stringify(rows)]);
}

/** The message that carries an outbox row, as a part of the trace that the row belongs to. */
export function messageOf(row: OutboxRow): OutgoingMessage {
  const { traceparent } = row;
  return {
    messageId: row.event_id,
    subject: row.event_type,
    body: row.body,
    properties: { eventType: row.event_type, ...(traceparent !== null && { traceparent }) },
  };
}

export interface Outbox {
  /** Sends rows that were just committed and removes them. Never throws: what it could not send, `relay` will. */
  publish(rows: readonly OutboxRow[]): Promise<void>;
  /** Sends what a crash or an outage left behind, until nothing is left or the broker fails; answers how many. */
  relay(): Promise<number>;
  /** Rows that wait, and the age of the oldest in seconds. */
  depth(): Promise<{ rows: number; oldestSeconds: number }>;
}

export interface OutboxOptions {
  readonly database: Database;
  readonly messaging: Messaging;
  readonly logger: Logger;
  readonly now?: () => number;
}

const SERVICE_BUS = { 'messaging.system': 'servicebus', 'messaging.operation.type': 'send' };
const CLAIM_SIZE = 500;
/** Rows that wait for the broker in memory; beyond these, while it is slow, they wait in the table for the relay. */
const MAX_WAITING_ROWS = 2_000;
/** After a failed send the next ones are left to the relay for this long, so that an outage costs no CPU. */
const REST_AFTER_FAILURE_MS = 2 * SECOND;

const claimSql = `
  UPDATE outbox SET claimed_until = now() + interval '30 seconds'
  WHERE position IN (
    SELECT position FROM outbox WHERE claimed_until < now() ORDER BY position LIMIT ${CLAIM_SIZE} FOR UPDATE SKIP LOCKED
  )
  RETURNING position, event_id, entity, event_type, body, traceparent`;
const releaseSql = 'UPDATE outbox SET claimed_until = now() WHERE event_id = ANY($1::uuid[])';
const deleteSql = 'DELETE FROM outbox WHERE event_id = ANY($1::uuid[])';
const depthSql = `
  SELECT count(*)::int AS rows, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds FROM outbox`;

export function makeOutbox({ database, messaging, logger, now = Date.now }: OutboxOptions): Outbox {
  let restUntil = 0;
  let waitingRows = 0;

  /** One entity after the other, so that the events of one commit keep their order within each. */
  const send = async (rows: readonly OutboxRow[]): Promise<void> => {
    for (const [entity, group] of Map.groupBy(rows, (row) => row.entity)) {
      await inSpans(
        (index) => `publish ${group[index]?.event_type}`,
        { kind: 'producer', attributes: { ...SERVICE_BUS, 'messaging.destination.name': entity } },
        group.map((row) => row.traceparent),
        (traceparents) =>
          messaging.send(
            entity,
            group.map((row, index) => messageOf({ ...row, traceparent: traceparents[index] ?? null })),
          ),
      );
    }
    passCrashPoint('outbox.after-send-before-delete');
    await database.query(deleteSql, [rows.map((row) => row.event_id)]);
  };

  const sendTogether = makeBatcher<readonly OutboxRow[], void>({
    maxBatch: 100,
    maxConcurrent: 1,
    run: async (groups) => {
      await send(groups.flat());
      return groups.map(() => undefined);
    },
  });

  return {
    async publish(rows) {
      if (rows.length === 0 || now() < restUntil || waitingRows >= MAX_WAITING_ROWS) return;
      waitingRows += rows.length;
      try {
        await sendTogether(rows);
      } catch (error) {
        if (now() >= restUntil) logger.warn('outbox_send_failed', { error, events: rows.length });
        restUntil = now() + REST_AFTER_FAILURE_MS;
      } finally {
        waitingRows -= rows.length;
      }
    },
    async relay() {
      let sent = 0;
      for (;;) {
        const claimed = await database.query<OutboxRow & { position: number }>(claimSql);
        if (claimed.length === 0) return sent;
        passCrashPoint('outbox.after-claim-before-send');
        const rows = claimed.sort((a, b) => a.position - b.position);
        try {
          await send(rows);
        } catch (error) {
          logger.warn('outbox_relay_failed', { error, events: rows.length });
          await database.query(releaseSql, [rows.map((row) => row.event_id)]);
          return sent;
        }
        sent += rows.length;
        logger.info('outbox_relayed', { events: rows.length });
        if (rows.length < CLAIM_SIZE) return sent;
      }
    },
    async depth() {
      const [row] = await database.query<{ rows: number; seconds: number }>(depthSql);
      return { rows: row?.rows ?? 0, oldestSeconds: row?.seconds ?? 0 };
    },
  };
}
