import { parseEvent } from '@valerix/contracts/events';
import { MINUTE, SECOND } from '@valerix/platform/durations';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OrdersDatabase, openOrdersDatabase, quietLogger } from '../testing/orders-database.ts';
import { afterNoon, noon, recordingOutbox, reservationOf, sampleOrder, schedule } from '../testing/sample-orders.ts';
import { decide } from './domain/decide.ts';
import type { Order } from './domain/order.ts';
import type { OrderInput } from './domain/order-input.ts';
import { changeOrders, orderChange } from './store/change-orders.ts';
import { makeCreateOrder, orderIntent } from './store/create-orders.ts';
import { readOrders } from './store/read-orders.ts';
import { makeSweepOrders } from './sweep-orders.ts';

let orders: OrdersDatabase;
let outbox = recordingOutbox();
let now = noon;

beforeAll(async () => {
  orders = await openOrdersDatabase('sweep orders');
});
afterAll(() => orders.drop());
beforeEach(async () => {
  outbox = recordingOutbox();
  now = noon;
  // Only this test's orders are due.
  await orders.database.query("UPDATE orders SET next_check_at = 'infinity' WHERE next_check_at IS NOT NULL");
});

const instance = () =>
  makeSweepOrders({ database: orders.database, outbox, logger: quietLogger, schedule, now: () => now });
const create = async (): Promise<Order> => {
  const order = sampleOrder();
  await makeCreateOrder(orders.database, recordingOutbox())(orderIntent(order, null));
  return order;
};
const apply = async (order: Order, input: OrderInput): Promise<void> => {
  const decision = decide(order, input, { now, schedule });
  if (decision.kind !== 'transition') throw new Error(decision.kind);
  await changeOrders(orders.database.query, [orderChange(order, decision.next, decision.events, now)]);
};
const waiting = async (): Promise<Order> => {
  const order = await create();
  await apply(order, { kind: 'outcome_unknown', reason: 'circuit_open' });
  return order;
};
const read = async ({ orderId }: Order) => (await readOrders(orders.database.query, [orderId])).get(orderId);
const told = () => outbox.published.map(({ event_type }) => event_type);

describe('the sweep', () => {
  test('asks about a waiting order at growing ages, each time with a new message, and gives it up at the end', async () => {
    const order = await waiting();
    const sweep = instance();
    const happened: [number, string][] = [];
    for (let age = 0; age <= 20 * MINUTE; age += 5 * SECOND) {
      now = afterNoon(age);
      const before = outbox.published.length;
      await sweep();
      for (const { event_type } of outbox.published.slice(before)) happened.push([age / SECOND, event_type]);
    }
    expect(happened).toEqual([
      [15, 'VerifyOrder'],
      [60, 'VerifyOrder'],
      [300, 'VerifyOrder'],
      [900, 'OrderFailed'],
    ]);
    expect(new Set(outbox.published.map(({ event_id }) => event_id)).size).toBe(4);
    for (const { body } of outbox.published) expect(parseEvent(body)).toMatchObject({ kind: 'event' });
    expect(await read(order)).toMatchObject({ status: 'failed', reason: 'gave_up', version: 3 });
  });

  test('finds a request that never came to an end', async () => {
    const order = await create();
    now = afterNoon(14 * SECOND);
    expect(await instance()()).toBe(0);
    now = afterNoon(16 * SECOND);
    expect(await instance()()).toBe(1);
    expect(await read(order)).toMatchObject({ status: 'pending_verification', reason: 'interrupted', checks: 1 });
    expect(told()).toEqual(['OrderPendingVerification', 'VerifyOrder']);
    expect(outbox.published[1]?.body.data).toMatchObject({ orderId: order.orderId, reason: 'connection_error' });
  });

  test('leaves settled orders alone', async () => {
    const order = await create();
    await apply(order, { kind: 'reserved', reservation: reservationOf(order) });
    now = afterNoon(60 * MINUTE);
    expect(await instance()()).toBe(0);
    expect(told()).toEqual([]);
  });

  test('asks once, however many instances sweep at once', async () => {
    const many = await Promise.all(Array.from({ length: 30 }, waiting));
    now = afterNoon(16 * SECOND);
    const swept = await Promise.all([instance()(), instance()(), instance()()]);
    expect(swept.reduce((sum, count) => sum + count, 0)).toBe(30);
    const asked = outbox.published.map(({ body }) => (body.data as { orderId: string }).orderId);
    expect(asked.sort()).toEqual(many.map(({ orderId }) => orderId).sort());
  });

  test('clears a backlog larger than one claim in one run', async () => {
    const createOrder = makeCreateOrder(orders.database, recordingOutbox());
    await Promise.all(Array.from({ length: 450 }, () => createOrder(orderIntent(sampleOrder(), null))));
    now = afterNoon(16 * SECOND);
    expect(await instance()()).toBe(450);
  });

  test('does not touch an order that another transaction holds', async () => {
    const order = await waiting();
    now = afterNoon(16 * SECOND);
    await orders.database.transaction(async (run) => {
      await run('SELECT FROM orders WHERE order_id = $1 FOR UPDATE', [order.orderId]);
      expect(await instance()()).toBe(0);
    });
    expect(await instance()()).toBe(1);
  });
});
