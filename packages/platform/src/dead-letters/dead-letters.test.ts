import { randomUUID } from 'node:crypto';
import type { DeadLetterView } from '@valerix/contracts/dead-letters-api';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../../tests/system/until.ts';
import { makeMetrics } from '../metrics.ts';
import { type Quarantined, quarantine } from '../quarantine.ts';
import { everything, type Letters, orderService, startLetters, verifyOrders } from './dead-letters.fixture.ts';
import type { DeadLetters } from './dead-letters.ts';

let bench: Letters;
let letters: DeadLetters;
const traceId = 'f'.repeat(32);

beforeAll(async () => {
  bench = await startLetters('dead_letters');
  letters = bench.make();
});
afterEach(() => bench.clear());
afterAll(() => bench.stop());

const listed = async (): Promise<DeadLetterView[]> => (await letters.list(everything)).deadLetters;
async function only(): Promise<DeadLetterView> {
  const [letter, ...others] = await listed();
  if (letter === undefined || others.length > 0) throw new Error(`${others.length + (letter ? 1 : 0)} dead letters`);
  return letter;
}
const unreadable = (body: string, more: Partial<Quarantined> = {}): Quarantined => ({
  ...orderService,
  eventId: null,
  eventType: null,
  body,
  reason: 'unreadable',
  detail: 'no event',
  ...more,
});
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );

describe('the list shows why', () => {
  test('a message was delivered too often', async () => {
    const eventId = randomUUID();
    await bench.send('verify-orders', { subject: 'VerifyOrder', body: { eventType: 'VerifyOrder', eventId } });
    await bench.exhaust(verifyOrders);
    expect(await only()).toMatchObject({
      source: 'broker',
      ...verifyOrders,
      eventType: 'VerifyOrder',
      eventId,
      reason: 'MaxDeliveryCountExceeded',
      deliveryCount: 10,
      ageSeconds: expect.any(Number),
    });
  });

  test('a message was not read in time', async () => {
    await bench.send('verify-orders', { subject: 'VerifyOrder', body: {}, timeToLive: 60_000 });
    bench.pass(61_000);
    await until('the message to expire', async () => (await listed()).length === 1);
    expect(await only()).toMatchObject({ reason: 'TTLExpiredException', eventType: 'VerifyOrder' });
  });

  test('a reader set a message apart, and how often it came', async () => {
    const bad = unreadable('{"eventType":"Nonsense"}', { eventType: 'Nonsense' });
    await quarantine(bench.database, [bad, bad]);
    await quarantine(bench.database, [bad]);
    expect(await only()).toMatchObject({
      source: 'quarantine',
      ...orderService,
      eventType: 'Nonsense',
      eventId: null,
      reason: 'unreadable',
      detail: 'no event',
      deliveryCount: 2,
    });
  });
});

test('one dead letter is shown with its body and its properties', async () => {
  const { body, messageId } = await bench.deadLetter(verifyOrders);
  const found = await letters.find((await only()).id);
  expect(JSON.parse(found.body)).toEqual(body);
  expect(found).toMatchObject({
    messageId,
    bodyEncoding: 'utf-8',
    reason: 'by hand',
    detail: 'a test',
    properties: { eventType: 'VerifyOrder', traceparent: '00-a-b-01' },
  });
});

test('a body that is no text is shown as base64', async () => {
  await bench.deadLetter(verifyOrders, { body: Buffer.from([0xff, 0x00]) });
  expect(await letters.find((await only()).id)).toMatchObject({ body: '/wA=', bodyEncoding: 'base64' });
});

test('an id that names nothing is not found, whatever it looks like', async () => {
  await bench.deadLetter(verifyOrders);
  const { id } = await only();
  const wrong = ['', 'nonsense', `${id}9`, id.replace('verify', 'deny'), 'quarantine.1', `quarantine.${randomUUID()}`];
  for (const unknown of wrong) {
    expect(await codeOf(letters.find(unknown))).toBe('dead_letter_not_found');
    expect(await codeOf(letters.replay(unknown, traceId))).toBe('dead_letter_not_found');
    expect(await codeOf(letters.discard(unknown, traceId))).toBe('dead_letter_not_found');
  }
  expect(await listed()).toHaveLength(1);
});

test('pages follow one another through queues and quarantine, and every letter is met once', async () => {
  for (let n = 0; n < 3; n += 1) await bench.deadLetter(verifyOrders);
  for (let n = 0; n < 2; n += 1) await bench.deadLetter(orderService);
  await quarantine(bench.database, [unreadable('a'), unreadable('b'), unreadable('c')]);
  for (const limit of [1, 2, 3, 8]) {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await letters.list({ limit, ...(cursor && { cursor }) });
      expect(page.deadLetters.length).toBeLessThanOrEqual(limit);
      seen.push(...page.deadLetters.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(8);
    expect(new Set(seen).size).toBe(8);
  }
  const of = async (filter: object) => (await letters.list({ ...everything, ...filter })).deadLetters.length;
  expect(await of({ reader: 'verify-orders' })).toBe(3);
  expect(await of({ reader: 'order-service-sub' })).toBe(5);
  expect(await of({ eventType: 'OrderVerified' })).toBe(2);
  for (const cursor of ['nonsense', Buffer.from('["quarantine","x"]').toString('base64url')]) {
    expect(await codeOf(letters.list({ ...everything, cursor }))).toBe('invalid_request');
  }
});

describe('replaying', () => {
  test('sends a fresh copy of the same event to the same reader alone, and removes the original', async () => {
    const { body, messageId } = await bench.deadLetter(orderService);
    const { id } = await only();
    expect(await letters.replay(id, traceId)).toEqual({ id, removed: true });
    expect(await listed()).toEqual([]);
    const copy = await bench.receive(orderService);
    expect(copy.body).toEqual(body);
    expect(copy.messageId).not.toBe(messageId);
    expect(copy.subject).toBe('OrderVerified');
    expect(copy.applicationProperties).toEqual({
      eventType: 'OrderVerified',
      traceparent: '00-a-b-01',
      redeliverTo: 'order-service-sub',
      replayedFrom: id,
    });
    // One of the original; the copy went past.
    expect(await bench.waiting({ entity: 'inventory-events', reader: 'dashboard-sub' })).toBe(1);
  });

  test('counts the tries of an event that was given up from the beginning', async () => {
    const event = { eventType: 'OrderVerified', eventId: randomUUID(), data: {} };
    const given = { ...event, redelivery: { attempt: 10, firstDeliveredAt: '2026-01-01T00:00:00.000Z' } };
    const { eventId, eventType } = event;
    await quarantine(bench.database, [unreadable(JSON.stringify(given), { eventId, eventType, reason: 'gave_up' })]);
    await letters.replay((await only()).id, traceId);
    expect((await bench.receive(orderService)).body).toEqual(event);
    expect(await listed()).toEqual([]);
  });

  test.each([['no JSON at all'], ['{"eventType":"Nonsense"}'], ['']])(
    'brings a body that nobody understands back to its reader as it is: %j',
    async (body) => {
      await quarantine(bench.database, [unreadable(body)]);
      await bench.deadLetter(verifyOrders, { body: Buffer.from(body) });
      expect(await letters.replayAll({}, traceId)).toEqual({ replayed: 2, notRemoved: 0, remaining: 0 });
      for (const reader of [orderService, verifyOrders]) {
        const copy = await bench.receive(reader);
        expect(Buffer.isBuffer(copy.body) ? copy.body.toString() : JSON.stringify(copy.body)).toBe(body);
      }
    },
  );

  test('takes one from among many, and the others stay', async () => {
    for (let n = 0; n < 5; n += 1) await bench.deadLetter(verifyOrders);
    const before = await listed();
    const third = before[2]?.id ?? '';
    await letters.replay(third, traceId);
    expect((await listed()).map(({ id }) => id)).toEqual(before.map(({ id }) => id).filter((id) => id !== third));
    expect(await bench.waiting(verifyOrders)).toBe(1);
  });

  test('goes for all that match, a bounded part at each call, and says what remains', async () => {
    for (let n = 0; n < 3; n += 1) await bench.deadLetter(verifyOrders);
    await bench.deadLetter(orderService);
    await quarantine(bench.database, [unreadable('a'), unreadable('b')]);
    const bounded = bench.make({ perCall: 2 });
    const filter = { reader: 'verify-orders' } as const;
    expect(await bounded.replayAll(filter, traceId)).toEqual({ replayed: 2, notRemoved: 0, remaining: 1 });
    expect(await bounded.replayAll(filter, traceId)).toEqual({ replayed: 1, notRemoved: 0, remaining: 0 });
    expect(await bench.waiting(verifyOrders)).toBe(3);
    expect(await letters.replayAll({ eventType: 'OrderVerified' }, traceId)).toMatchObject({ replayed: 1 });
    expect(await bounded.replayAll({}, traceId)).toEqual({ replayed: 2, notRemoved: 0, remaining: 0 });
    expect(await listed()).toEqual([]);
  });
});

describe('discarding', () => {
  test('removes one, and sends nothing', async () => {
    await bench.deadLetter(verifyOrders);
    await quarantine(bench.database, [unreadable('a')]);
    for (const { id } of await listed()) await letters.discard(id, traceId);
    expect(await listed()).toEqual([]);
    expect(await bench.waiting(verifyOrders)).toBe(0);
  });

  test('removes all that match', async () => {
    for (let n = 0; n < 2; n += 1) await bench.deadLetter(orderService);
    await bench.deadLetter(verifyOrders);
    await quarantine(bench.database, [unreadable('a')]);
    expect(await letters.discardAll({ reader: 'order-service-sub' }, traceId)).toEqual({ discarded: 3, remaining: 0 });
    expect(await only()).toMatchObject(verifyOrders);
  });
});

test('each replay and each discard leaves a line that says what it was about', async () => {
  const { messageId } = await bench.deadLetter(verifyOrders);
  await quarantine(bench.database, [unreadable('a')]);
  await letters.replayAll({ reader: 'verify-orders' }, traceId);
  await letters.discardAll({}, traceId);
  const lines = bench.logged.filter(({ event }) => String(event).startsWith('dead_letter'));
  const shown = { by: 'operator', removed: true, traceId, level: 'warn' };
  expect(lines).toMatchObject([
    {
      event: 'dead_letter_replayed',
      source: 'broker',
      ...verifyOrders,
      eventId: messageId,
      reason: 'by hand',
      ...shown,
    },
    { event: 'dead_letter_discarded', source: 'quarantine', ...orderService, reason: 'unreadable', ...shown },
  ]);
});

test('dead letters are counted in metrics, those that wait and those that were dealt with', async () => {
  await bench.deadLetter(verifyOrders);
  await quarantine(bench.database, [unreadable('a'), unreadable('b')]);
  const metrics = makeMetrics('test');
  const measured = bench.make({ metrics });
  const waiting = await metrics.text();
  expect(waiting).toMatch(/^dead_letters\{source="broker",entity="verify-orders",reader="verify-orders".*\} 1$/m);
  expect(waiting).toMatch(/^dead_letters\{source="quarantine",.*reader="order-service-sub".*\} 2$/m);
  await measured.replayAll({}, traceId);
  expect(await metrics.text()).toMatch(
    /^dead_letters_replayed_total\{reader="order-service-sub",source="quarantine".*\} 2$/m,
  );
});
