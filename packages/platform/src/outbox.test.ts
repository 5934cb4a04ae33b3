import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/setup/database.ts';
import { makeLogger } from './logger.ts';
import type { Messaging, OutgoingMessage } from './messaging.ts';
import { migrate } from './migrate.ts';
import { makeOutbox, type OutboxRow, outboxRow } from './outbox.ts';
import { type Database, openDatabase } from './postgres.ts';
import { quarantine } from './quarantine.ts';

const logger = makeLogger('test', 'error', () => {});
let testDatabase: TestDatabase;
let database: Database;
let sent: { entity: string; message: OutgoingMessage }[] = [];
let brokerAway = false;
let clock = 0;

const messaging: Messaging = {
  async send(entity, messages) {
    if (brokerAway) throw new Error('connect ECONNREFUSED');
    sent.push(...messages.map((message) => ({ entity, message })));
  },
  schedule: async () => {},
  probe: async () => {},
  close: async () => {},
};

beforeAll(async () => {
  testDatabase = await createTestDatabase('outbox');
  database = openDatabase({
    url: testDatabase.url,
    maxConnections: 5,
    logger,
    prepare: (raw) => migrate(raw, [new URL('./platform-migrations/', import.meta.url)]),
  });
});

afterEach(async () => {
  sent = [];
  brokerAway = false;
  await database.query('TRUNCATE outbox, quarantined_messages');
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const alert = (n: number) =>
  outboxRow('LowStockAlert', { productId: `p${n}`, currentStock: 1, threshold: 2, stockVersion: n });

async function commit(rows: readonly OutboxRow[], claim = "interval '5 seconds'"): Promise<void> {
  await database.query(
    `INSERT INTO outbox (event_id, entity, event_type, body, traceparent, claimed_until)
     SELECT event_id, entity, event_type, body, traceparent, now() + ${claim}
     FROM jsonb_to_recordset($1::jsonb)
       AS row (event_id uuid, entity text, event_type text, body jsonb, traceparent text)`,
    [JSON.stringify(rows)],
  );
}
const left = async () => (await makeOutbox({ database, messaging, logger }).depth()).rows;

test('events are sent right after their commit, in order, and leave the outbox', async () => {
  const rows = [alert(1), alert(2), alert(3)];
  await commit(rows);
  await makeOutbox({ database, messaging, logger }).publish(rows);
  expect(sent.map(({ message }) => message.messageId)).toEqual(rows.map((row) => row.event_id));
  expect(sent[0]).toMatchObject({
    entity: 'inventory-events',
    message: { subject: 'LowStockAlert', properties: { eventType: 'LowStockAlert' } },
  });
  expect(await left()).toBe(0);
});

test('while the broker is slow, 2,000 rows wait in memory and the others are left to the relay', async () => {
  const accepted = Promise.withResolvers<void>();
  const slow = {
    ...messaging,
    async send(...call: Parameters<Messaging['send']>) {
      await accepted.promise;
      await messaging.send(...call);
    },
  };
  const outbox = makeOutbox({ database, messaging: slow, logger });
  const commits = Array.from({ length: 25 }, (_, n) => Array.from({ length: 100 }, (_row, m) => alert(100 * n + m)));
  const publishing = Promise.all(commits.map((rows) => outbox.publish(rows)));
  accepted.resolve();
  await publishing;
  expect(sent).toHaveLength(2_000);
  await outbox.publish([alert(1)]);
  expect(sent).toHaveLength(2_001);
});

test('the relay leaves alone what its own process is still about to send', async () => {
  await commit([alert(1)]);
  expect(await makeOutbox({ database, messaging, logger }).relay()).toBe(0);
  expect(sent).toEqual([]);
});

test('what a crash left behind is relayed, once, by whichever instance comes first', async () => {
  await commit([alert(1), alert(2)], "interval '-1 second'");
  const instances = [makeOutbox({ database, messaging, logger }), makeOutbox({ database, messaging, logger })];
  const relayed = await Promise.all(instances.map((outbox) => outbox.relay()));
  expect(relayed.reduce((sum, n) => sum + n, 0)).toBe(2);
  expect(sent).toHaveLength(2);
  expect(await left()).toBe(0);
});

test('more than one claim of leftovers is sent in one go', async () => {
  await commit(
    Array.from({ length: 1100 }, (_, n) => alert(n)),
    "interval '-1 second'",
  );
  expect(await makeOutbox({ database, messaging, logger }).relay()).toBe(1100);
  expect(sent.map(({ message }) => (message.body as { data: { stockVersion: number } }).data.stockVersion)).toEqual(
    Array.from({ length: 1100 }, (_, n) => n),
  );
});

test('while the broker is away events stay, attempts rest, and the relay sends them when it is back', async () => {
  const outbox = makeOutbox({ database, messaging, logger, now: () => clock });
  const send = vi.spyOn(messaging, 'send');
  brokerAway = true;
  const rows = [alert(1), alert(2)];
  await commit(rows, "interval '-1 second'");
  await outbox.publish(rows);
  await outbox.publish(rows);
  expect(send).toHaveBeenCalledTimes(1);
  expect(await outbox.relay()).toBe(0);
  expect(await left()).toBe(2);
  brokerAway = false;
  clock += 10_000;
  expect(await outbox.relay()).toBe(2);
  expect(await left()).toBe(0);
  send.mockRestore();
});

test('an event cannot stand in the outbox twice', async () => {
  const row = alert(1);
  await commit([row]);
  await expect(commit([row])).rejects.toThrow(/duplicate key/);
});

test('a message is quarantined once however often it arrives, even with characters the database cannot hold', async () => {
  const message = {
    entity: 'order-events',
    reader: 'inventory-service-sub',
    eventId: null,
    eventType: null,
    body: `broken \u0000 \ud800 body ${'long '.repeat(50_000)}`,
    reason: 'unreadable' as const,
    detail: 'not JSON',
  };
  await quarantine(database, [message, message]);
  await quarantine(database, [message]);
  const rows = await database.query<{ body: string }>('SELECT body FROM quarantined_messages');
  expect(rows).toHaveLength(1);
  expect(rows[0]?.body).toContain('broken');
});
