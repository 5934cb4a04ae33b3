import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../tests/system/until.ts';
import type { Database } from '../postgres.ts';
import { type Quarantined, quarantine } from '../quarantine.ts';
import { everything, type Letters, orderService, startLetters, verifyOrders } from './dead-letters.fixture.ts';
import type { DeadLetters } from './dead-letters.ts';

let bench: Letters;
let letters: DeadLetters;
const traceId = 'f'.repeat(32);

beforeAll(async () => {
  bench = await startLetters('dead_letters_interrupted');
  letters = bench.make();
});
afterEach(() => bench.clear());
afterAll(() => bench.stop());

const bad: Quarantined = {
  ...orderService,
  eventId: null,
  eventType: null,
  body: 'nonsense',
  reason: 'unreadable',
  detail: 'no event',
};
const ids = async () => (await letters.list(everything)).deadLetters.map(({ id }) => id);
async function onlyId(): Promise<string> {
  const [id, ...others] = await ids();
  if (id === undefined || others.length > 0) throw new Error('not exactly one dead letter');
  return id;
}
test('while copies are not accepted, nothing is removed', async () => {
  await bench.deadLetter(verifyOrders);
  await quarantine(bench.database, [bad]);
  const before = await ids();
  const refusing = bench.make({ broker: { ...bench.broker, send: () => Promise.reject(new Error('broker away')) } });
  for (const id of before) await expect(refusing.replay(id, traceId)).rejects.toThrow('broker away');
  await expect(refusing.replayAll({}, traceId)).rejects.toThrow('broker away');
  expect(await ids()).toEqual(before);
  // Nothing is held either: the next try need not wait for a lock to run out.
  expect(await letters.replayAll({}, traceId)).toEqual({ replayed: 2, notRemoved: 0, remaining: 0 });
});

test('killed between the copy and the removal, a dead letter is still there, and a second replay does no harm', async () => {
  const { messageId } = await bench.deadLetter(verifyOrders);
  const id = await onlyId();
  const killed = bench.make({
    broker: {
      ...bench.broker,
      async send(entity, messages) {
        await bench.broker.send(entity, messages);
        throw new Error('killed');
      },
    },
  });
  await expect(killed.replay(id, traceId)).rejects.toThrow('killed');
  expect(await ids()).toEqual([id]);
  expect(await letters.replay(id, traceId)).toEqual({ id, removed: true });
  const copies = [await bench.receive(verifyOrders), await bench.receive(verifyOrders)];
  expect(copies.map(({ body }) => body.eventId)).toEqual([messageId, messageId]);
  expect(new Set(copies.map((copy) => copy.messageId)).size).toBe(2);
});

test('a lock that ran out during the sending leaves the original where it was, and says so', async () => {
  await bench.deadLetter(verifyOrders);
  const id = await onlyId();
  const slow = bench.make({
    broker: {
      ...bench.broker,
      async send(entity, messages) {
        await bench.broker.send(entity, messages);
        bench.pass(31_000);
      },
    },
  });
  expect(await slow.replay(id, traceId)).toEqual({ id, removed: false });
  expect(await ids()).toEqual([id]);
  expect(bench.logged.at(-1)).toMatchObject({ event: 'dead_letter_replayed', removed: false });
});

test('a quarantined message whose row could not be removed is still listed, and goes at the next try', async () => {
  await quarantine(bench.database, [bad]);
  const id = await onlyId();
  const database: Pick<Database, 'query'> = {
    query: (sql, parameters) =>
      sql.includes('DELETE') ? Promise.reject(new Error('database away')) : bench.database.query(sql, parameters),
  };
  expect(await bench.make({ database }).replay(id, traceId)).toEqual({ id, removed: false });
  await expect(bench.make({ database }).discard(id, traceId)).rejects.toMatchObject({ code: 'dead_letter_busy' });
  expect(await letters.replay(id, traceId)).toEqual({ id, removed: true });
  expect(await bench.waiting(orderService)).toBe(2);
});

test('a copy that its reader sets apart again before the row is removed is not lost', async () => {
  await quarantine(bench.database, [bad]);
  const id = await onlyId();
  const overtaken = bench.make({
    broker: {
      ...bench.broker,
      async send(entity, messages) {
        await bench.broker.send(entity, messages);
        await quarantine(bench.database, [bad]);
      },
    },
  });
  expect(await overtaken.replay(id, traceId)).toEqual({ id, removed: false });
  expect((await letters.list(everything)).deadLetters).toMatchObject([{ id, deliveryCount: 2 }]);
});

test('what another operation holds is in use until its lock runs out, and is never lost', async () => {
  await bench.deadLetter(verifyOrders);
  const id = await onlyId();
  const client = new ServiceBusClient(bench.connectionString);
  const other = client.createReceiver('verify-orders', { subQueueType: 'deadLetter' });
  await other.receiveMessages(1);
  await client.close();
  expect(await ids()).toEqual([id]);
  await expect(letters.replay(id, traceId)).rejects.toMatchObject({ code: 'dead_letter_busy' });
  await expect(letters.discard(id, traceId)).rejects.toMatchObject({ code: 'dead_letter_busy' });
  expect(await letters.replayAll({}, traceId)).toEqual({ replayed: 0, notRemoved: 0, remaining: 1 });
  bench.pass(31_000);
  await until('the lock to run out', () => letters.replay(id, traceId).catch(() => false));
  expect(await ids()).toEqual([]);
  expect(await bench.waiting(verifyOrders)).toBe(1);
});

test('two operators who replay everything at once leave nothing behind and nothing out', async () => {
  for (let n = 0; n < 40; n += 1) await bench.deadLetter(verifyOrders);
  const another = bench.make();
  await Promise.all([letters.replayAll({}, traceId), another.replayAll({}, traceId)]);
  await letters.replayAll({}, traceId);
  expect(await ids()).toEqual([]);
  const arrived = new Set<string>();
  for (let waiting = await bench.waiting(verifyOrders); waiting > 0; waiting -= 1) {
    arrived.add((await bench.receive(verifyOrders)).body.eventId);
  }
  expect(arrived.size).toBe(40);
});
