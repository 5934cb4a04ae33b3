import type { EntityName } from '@valerix/contracts/topology';
import type { Database } from '../postgres.ts';
import type { Reader } from './broker-letters.ts';
import { type DeadLetter, type LetterBox, letterId, notACursor } from './dead-letter.ts';

interface QuarantineRow {
  readonly key: string;
  readonly entity: EntityName;
  readonly reader: string;
  readonly event_id: string | null;
  readonly event_type: string | null;
  readonly body: string;
  readonly reason: string;
  readonly detail: string;
  readonly deliveries: number;
  readonly quarantined_at: Date;
  /** Microseconds since 1970, which a Date does not have. */
  readonly moment: string;
}

const columns = `
  quarantine_id::text AS key, entity, reader, event_id, event_type, body, reason, detail, deliveries, quarantined_at,
  (extract(epoch FROM quarantined_at) * 1000000)::bigint::text AS moment`;
const listSql = `
  SELECT ${columns} FROM quarantined_messages
  WHERE ($1::text IS NULL OR reader = $1) AND ($2::text IS NULL OR event_type = $2)
    AND ($3::bigint IS NULL
      OR (quarantined_at, quarantine_id) > (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::uuid))
  ORDER BY quarantined_at, quarantine_id LIMIT $5`;
const findSql = `
  SELECT ${columns} FROM quarantined_messages WHERE quarantine_id = ANY($1::uuid[])
  ORDER BY quarantined_at, quarantine_id`;
// Only as it was seen: a copy that came back meanwhile has counted the row up, and then it must stay.
const removeSql = `
  DELETE FROM quarantined_messages AS kept
  USING unnest($1::uuid[], $2::integer[]) AS seen (quarantine_id, deliveries)
  WHERE kept.quarantine_id = seen.quarantine_id AND kept.deliveries = seen.deliveries
  RETURNING kept.quarantine_id::text AS key`;
const countSql = `
  SELECT entity, reader, count(*)::int AS letters
  FROM (SELECT entity, reader FROM quarantined_messages LIMIT $1) AS counted GROUP BY entity, reader`;

const NAME = 'quarantine';
const GROUP = 100;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A row's moment in microseconds since 1970, and its key. */
const place = /^(\d{1,17})\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The messages that the readers of one database set apart; their keys are the ids of their rows. */
export function makeQuarantinedLetters(database: Pick<Database, 'query'>, readers: readonly Reader[]): LetterBox {
  const remove = async (rows: readonly QuarantineRow[]): Promise<Set<string>> => {
    const seen = [rows.map(({ key }) => key), rows.map(({ deliveries }) => deliveries)];
    const removed = await database.query<{ key: string }>(removeSql, seen);
    return new Set(removed.map(({ key }) => key));
  };

  return {
    name: NAME,
    async list({ reader, eventType }, from, limit) {
      const [, moment = null, key = null] = place.exec(from ?? '') ?? [];
      if (from !== null && moment === null) throw notACursor();
      const wanted = [reader ?? null, eventType ?? null, moment, key, limit + 1];
      const rows = await database.query<QuarantineRow>(listSql, wanted);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return {
        letters: rows.slice(0, limit).map(letterOf),
        next: last === undefined ? null : `${last.moment}|${last.key}`,
      };
    },
    async find(key) {
      if (!uuid.test(key)) return undefined;
      const [row] = await database.query<QuarantineRow>(findSql, [[key]]);
      return row && letterOf(row);
    },
    async take(keys, { work, settled }) {
      const found = await database.query<QuarantineRow>(findSql, [keys.filter((key) => uuid.test(key))]);
      for (let at = 0; at < found.length; at += GROUP) {
        const rows = found.slice(at, at + GROUP);
        await work(rows.map(letterOf));
        // The work is done: a row that could not be removed is one that is still there, which the caller learns.
        const gone = await remove(rows).catch(() => new Set<string>());
        for (const row of rows) settled(letterOf(row), gone.has(row.key));
      }
    },
    async count(atMost) {
      const rows = await database.query<{ entity: string; reader: string; letters: number }>(countSql, [atMost]);
      // A reader without any is counted as well: a gauge that is not told stays where it was.
      const none = readers
        .filter(({ entity, reader }) => !rows.some((row) => row.entity === entity && row.reader === reader))
        .map((reader) => ({ ...reader, letters: 0 }));
      return [...rows, ...none].map((row) => ({ source: 'quarantine', ...row }));
    },
  };
}

function letterOf(row: QuarantineRow): DeadLetter {
  return {
    id: letterId(NAME, row.key),
    source: 'quarantine',
    entity: row.entity,
    reader: row.reader,
    eventType: row.event_type,
    eventId: row.event_id,
    reason: row.reason,
    detail: row.detail,
    deliveryCount: row.deliveries,
    enqueuedAt: row.quarantined_at,
    subject: row.event_type,
    messageId: null,
    contentType: null,
    body: Buffer.from(row.body),
    properties: row.event_type === null ? {} : { eventType: row.event_type },
  };
}
