import { randomUUID } from 'node:crypto';
import type { AnyEvent, EventType } from '@valerix/contracts/events';
import { makeLogger } from '@valerix/platform/logger';
import { makeMetrics } from '@valerix/platform/metrics';
import { beforeEach, expect, it } from 'vitest';
import { makeFanOut } from './fan-out.ts';

let sends: { group: string; events: readonly AnyEvent[]; deadline: number }[] = [];
let logged: string[] = [];
const metrics = makeMetrics('test');
const fanOut = makeFanOut({
  push: { send: async (group, events, deadline) => void sends.push({ group, events, deadline }) },
  metrics,
  logger: makeLogger('test', 'warn', (line) => logged.push(line)),
  now: () => 1_000,
});

beforeEach(() => {
  sends = [];
  logged = [];
});

const envelope = (eventType: EventType, data: object) => ({
  eventType,
  eventId: randomUUID(),
  timestamp: new Date().toISOString(),
  data,
});
const about = (eventType: EventType, orderId: string, more: object = {}) =>
  envelope(eventType, {
    orderId,
    orderVersion: 2,
    customerId: null,
    items: [{ productId: 'beans', quantity: 1 }],
    status: 'confirmed',
    ...more,
  });
const confirmed = (orderId: string) =>
  about('OrderConfirmed', orderId, { reservationId: randomUUID(), recoveredFromCrash: true });
const low = envelope('LowStockAlert', { productId: 'beans', currentStock: 1, threshold: 2, stockVersion: 3 });
const eventsFor = (group: string) => sends.filter((send) => send.group === group).flatMap(({ events }) => events);

it('sends a whole delivery to the operators at once, and to each shopper what became of that order', async () => {
  const [one, other] = [randomUUID(), randomUUID()];
  const pending = about('OrderPendingVerification', one, { status: 'pending_verification', reason: 'grpc_timeout' });
  const bodies = [about('OrderCreated', one, { status: 'pending' }), pending, confirmed(other), confirmed(one)];
  await fanOut(bodies);
  expect(sends.map(({ group }) => group)).toEqual(['operators', `order-${one}`, `order-${other}`]);
  expect(eventsFor('operators')).toEqual(bodies);
  // The answer to the order told that it was created.
  expect(eventsFor(`order-${one}`)).toEqual([pending, bodies[3]]);
  expect(eventsFor(`order-${other}`)).toEqual([bodies[2]]);
});

it('tells shoppers nothing about stock, prices or metrics', async () => {
  const metric = envelope('HealthChanged', { service: 'order', dependency: 'database', healthy: false });
  await fanOut([low, metric]);
  expect(sends.map(({ group }) => group)).toEqual(['operators']);
});

it('tells a shopper that the order was recovered, though another topic says so', async () => {
  const orderId = randomUUID();
  const verified = envelope('OrderVerified', { orderId, status: 'confirmed', recoveredFromCrash: true });
  await fanOut([verified]);
  expect(eventsFor(`order-${orderId}`)).toEqual([verified]);
});

it('finds the group of an order however its id is written', async () => {
  const orderId = randomUUID();
  await fanOut([about('OrderShipped', orderId.toUpperCase(), { status: 'shipped' })]);
  expect(sends.map(({ group }) => group)).toContain(`order-${orderId}`);
});

it('skips what it cannot read, with a count, and sends the rest of the delivery', async () => {
  await fanOut([{ nonsense: true }, low, 'text', null, { ...low, eventType: 'FromTheFuture' }]);
  expect(eventsFor('operators')).toEqual([low]);
  expect(await metrics.text()).toMatch(/^push_unreadable_total\{.*\} 4$/m);
  expect(logged.map((line) => JSON.parse(line).event)).toEqual(['push_unreadable']);
});

it('gives every send of a delivery the same moment to be done by', async () => {
  await fanOut([confirmed(randomUUID()), confirmed(randomUUID())]);
  expect(sends.map(({ deadline }) => deadline)).toEqual([6_000, 6_000, 6_000]);
});
