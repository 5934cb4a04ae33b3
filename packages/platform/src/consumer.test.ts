import { beforeEach, expect, test } from 'vitest';
import { makeConsumer } from './consumer.ts';
import { makeLogger } from './logger.ts';
import type { Messaging, OutgoingMessage } from './messaging.ts';
import type { Database } from './postgres.ts';
import { recordSpans } from './telemetry/spans.fixture.ts';

const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

function alert(n: number, redelivery?: { attempt: number; firstDeliveredAt: string }) {
  return {
    eventType: 'LowStockAlert',
    eventId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    timestamp: '2026-01-01T00:00:00.000Z',
    data: { productId: `p${n}`, currentStock: 1, threshold: 2, stockVersion: n },
    ...(redelivery && { redelivery }),
  };
}

let clock: number;
let waits: number[];
let scheduled: { entity: string; messages: readonly OutgoingMessage[]; at: Date }[];
let quarantined: { body: string; reason: string }[];
let databaseAway: boolean;
let brokerAway: boolean;

beforeEach(() => {
  clock = 1_000_000;
  waits = [];
  scheduled = [];
  quarantined = [];
  databaseAway = false;
  brokerAway = false;
});

const database: Database = {
  ready: async () => {},
  async query<T>(_sql: string, parameters: readonly unknown[] = []) {
    if (databaseAway) throw away();
    quarantined.push(...(JSON.parse(String(parameters[0])) as typeof quarantined));
    return [] as T[];
  },
  transaction: () => Promise.reject(new Error('not used')),
  close: async () => {},
};

const messaging: Messaging = {
  send: async () => {},
  async schedule(entity, messages, at) {
    if (brokerAway) throw away();
    scheduled.push({ entity, messages, at });
  },
  probe: async () => {},
  close: async () => {},
};

function consumer(handle: (products: string[]) => void) {
  return makeConsumer({
    entity: 'inventory-events',
    reader: 'order-service-sub',
    database,
    messaging,
    logger: makeLogger('test', 'error', () => {}),
    now: () => clock,
    wait: async (ms) => {
      waits.push(ms);
      clock += ms;
    },
    handle: async (events) => {
      if (databaseAway) throw away();
      handle(events.map((event) => (event.eventType === 'LowStockAlert' ? event.data.productId : event.eventType)));
    },
  });
}

test('a batch of good events is handled at once', async () => {
  const seen: string[][] = [];
  await consumer((products) => seen.push(products))([alert(1), alert(2)]);
  expect(seen).toEqual([['p1', 'p2']]);
  expect(scheduled).toEqual([]);
});

test('while the database is away a delivery is held, and handled when it is back', async () => {
  const seen: string[][] = [];
  databaseAway = true;
  const consume = makeConsumer({
    entity: 'inventory-events',
    reader: 'order-service-sub',
    database,
    messaging,
    logger: makeLogger('test', 'error', () => {}),
    now: () => clock,
    wait: async (ms) => {
      clock += ms;
      if (clock >= 1_005_000) databaseAway = false;
    },
    handle: async (events) => {
      if (databaseAway) throw away();
      seen.push(events.map((event) => event.eventId));
    },
  });
  await consume([alert(1)]);
  expect(seen).toHaveLength(1);
  expect(scheduled).toEqual([]);
});

test('a delivery held in vain comes back later, for this reader alone, and no attempt is counted', async () => {
  databaseAway = true;
  await consumer(() => {})([alert(1), alert(2)]);
  expect(scheduled).toHaveLength(1);
  const [copy] = scheduled;
  expect(copy?.entity).toBe('inventory-events');
  expect(copy?.at.getTime()).toBe(clock + 30_000);
  expect(copy?.messages.map(({ properties }) => properties.redeliverTo)).toEqual([
    'order-service-sub',
    'order-service-sub',
  ]);
  expect(copy?.messages[0]?.body).toMatchObject({ eventId: alert(1).eventId, redelivery: { attempt: 1 } });
  expect(copy?.messages[0]?.messageId).not.toBe(alert(1).eventId);
  expect(waits.length).toBeLessThanOrEqual(20);
  expect(waits.every((ms) => ms >= 1000)).toBe(true);
});

test('with neither database nor broker the delivery fails, so that the host gives it back', async () => {
  databaseAway = true;
  brokerAway = true;
  await expect(consumer(() => {})([alert(1)])).rejects.toThrow();
});

test('one bad event comes back alone, after a growing delay, and the rest of its batch is handled', async () => {
  const seen: string[][] = [];
  await consumer((products) => {
    if (products.includes('p2')) throw new Error('cannot');
    seen.push(products);
  })([alert(1), alert(2), alert(3)]);
  expect(seen).toEqual([['p1'], ['p3']]);
  expect(scheduled).toHaveLength(1);
  expect(scheduled[0]?.messages[0]?.body).toMatchObject({ eventId: alert(2).eventId, redelivery: { attempt: 2 } });
  expect(scheduled[0]?.at.getTime()).toBe(clock + 1000);
});

test('an event that failed to the end is quarantined with its reason', async () => {
  const last = alert(2, { attempt: 10, firstDeliveredAt: '2026-01-01T00:00:00.000Z' });
  await consumer(() => {
    throw new Error('never');
  })([last]);
  expect(scheduled).toEqual([]);
  expect(quarantined).toMatchObject([{ reason: 'gave_up', detail: 'never' }]);
});

test('what can never be understood is quarantined at once, and the rest of its batch is handled', async () => {
  const seen: string[][] = [];
  await consumer((products) => seen.push(products))(['{"eventType":', alert(1), { eventType: 'NoSuchEvent' }]);
  expect(seen).toEqual([['p1']]);
  expect(quarantined.map(({ reason }) => reason)).toEqual(['unreadable', 'unreadable']);
  expect(quarantined[0]?.body).toBe('{"eventType":');
});

test('a message that cannot be quarantined because the database is away is not completed', async () => {
  databaseAway = true;
  await expect(consumer(() => {})(['nonsense'])).rejects.toThrow(/quarantined/);
});

const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;

test('an event is read in the trace of its message, and a copy for later keeps it', async () => {
  const recorded = recordSpans();
  await consumer((products) => {
    if (products.includes('p2')) throw new Error('cannot');
  })([alert(1), alert(2)], [undefined, traceparent]);
  expect(scheduled[0]?.messages[0]?.properties.traceparent).toBe(traceparent);
  expect(JSON.stringify(scheduled[0]?.messages[0]?.body)).not.toContain('traceparent');
  // Once with its batch, once alone.
  expect(recorded.spans()).toMatchObject([
    {
      name: 'process LowStockAlert',
      kind: 'consumer',
      traceId: 'ab'.repeat(16),
      parentId: 'cd'.repeat(8),
      failed: true,
    },
    { name: 'process LowStockAlert', failed: true },
  ]);
});

test('properties that fit no message, or hold no trace, say nothing', async () => {
  const recorded = recordSpans();
  await consumer(() => {})([alert(1)], [traceparent, traceparent]);
  await consumer(() => {})([alert(1)], ['nonsense']);
  expect(recorded.spans()).toEqual([]);
});
