import { parseEvent } from '@valerix/contracts/events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OrdersDatabase, openOrdersDatabase, quietLogger } from '../../testing/orders-database.ts';
import { afterNoon, recordingOutbox, reservationOf, sampleOrder, schedule } from '../../testing/sample-orders.ts';
import { makeChangeOrder } from '../change-order.ts';
import { decide } from '../domain/decide.ts';
import type { Order } from '../domain/order.ts';
import type { OrderInput } from '../domain/order-input.ts';
import { changeOrders, type OrderChange, orderChange } from './change-orders.ts';
import { type CreateOrder, makeCreateOrder, orderIntent } from './create-orders.ts';
import { makeReadOrderWithHistory } from './order-history.ts';
import { makeReadOrder, readOrders } from './read-orders.ts';

let orders: OrdersDatabase;
let createOrder: CreateOrder;
const outbox = recordingOutbox();
beforeAll(async () => {
  orders = await openOrdersDatabase('change orders');
  createOrder = makeCreateOrder(orders.database, outbox);
});
afterAll(() => orders.drop());

const create = async (more: Partial<Order> = {}): Promise<Order> => {
  const order = sampleOrder(more);
  await createOrder(orderIntent(order, null));
  return order;
};
const now = afterNoon(100);
const changeOf = (order: Order, input: OrderInput): OrderChange => {
  const decision = decide(order, input, { now, schedule });
  if (decision.kind !== 'transition' && decision.kind !== 'annotate') throw new Error(decision.kind);
  return orderChange(order, decision.next, decision.events, now);
};
const reserved = (order: Order) => changeOf(order, { kind: 'reserved', reservation: reservationOf(order) });
const read = async (order: Order) => (await readOrders(orders.database.query, [order.orderId])).get(order.orderId);
const outboxOf = (orderId: string) =>
  orders.database.query<{ event_type: string; entity: string; body: unknown; traceparent: string }>(
    `SELECT event_type, entity, body, traceparent FROM outbox WHERE body -> 'data' ->> 'orderId' = $1 ORDER BY position`,
    [orderId],
  );

describe('creating orders', () => {
  test('stores an order exactly as it was meant, with its log entry and its event', async () => {
    const order = await create();
    expect(await read(order)).toEqual(order);
    const history = await makeReadOrderWithHistory(orders.database)(order.orderId);
    expect(history?.history).toEqual([
      { orderVersion: 1, from: null, to: 'pending', reason: null, at: order.createdAt.toISOString() },
    ]);
    const events = await outboxOf(order.orderId);
    expect(events).toMatchObject([
      { event_type: 'OrderCreated', entity: 'order-events', traceparent: order.traceparent },
    ]);
    expect(parseEvent(events[0]?.body)).toMatchObject({ kind: 'event', event: { data: { orderVersion: 1 } } });
  });

  test('is safe to repeat when the answer got lost, with a key and without', async () => {
    for (const claim of [null, { scope: '', key: 'again', requestHash: 'h' }]) {
      const intent = orderIntent(sampleOrder(), claim);
      expect(await createOrder(intent)).toEqual({ kind: 'created' });
      expect(await createOrder(intent)).toEqual({ kind: 'created' });
      expect(await outboxOf(intent.order.orderId)).toHaveLength(1);
    }
  });

  test('gives one key to one of a hundred orders that want it at once', async () => {
    const claim = { scope: 'anna', key: 'rush', requestHash: 'h' };
    const instances = [createOrder, makeCreateOrder(orders.database, outbox)];
    const intents = Array.from({ length: 100 }, () => orderIntent(sampleOrder(), claim));
    const answers = await Promise.all(intents.map((intent, index) => instances[index % 2]?.(intent)));
    const winner = intents[answers.findIndex((answer) => answer?.kind === 'created')]?.order.orderId;
    const replays = answers.filter((answer) => answer?.kind === 'replay');
    expect(replays).toEqual(Array(99).fill({ kind: 'replay', orderId: winner, requestHash: 'h' }));
    const written = await readOrders(
      orders.database.query,
      intents.map(({ order }) => order.orderId),
    );
    expect([...written.keys()]).toEqual([winner]);
  });

  test('writes the other orders of a batch when one cannot be written', async () => {
    const good = sampleOrder();
    const bad = sampleOrder({ customerId: 'x'.repeat(51) });
    const answers = await Promise.allSettled([good, bad].map((order) => createOrder(orderIntent(order, null))));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('costs one statement for a hundred orders', async () => {
    let statements = 0;
    const counting = {
      ...orders.database,
      query: (<T>(sql: string, parameters?: readonly unknown[]) => {
        statements += 1;
        return orders.database.query<T>(sql, parameters);
      }) as typeof orders.database.query,
    };
    const create = makeCreateOrder(counting, outbox);
    await Promise.all(Array.from({ length: 100 }, () => create(orderIntent(sampleOrder(), null))));
    expect(statements).toBe(1);
  });
});

describe('changing orders', () => {
  test('writes status, prices, log and events together', async () => {
    const order = await create();
    const change = reserved(order);
    expect(await changeOrders(orders.database.query, [change])).toEqual([true]);
    expect(await read(order)).toEqual(change.next);
    const history = await makeReadOrderWithHistory(orders.database)(order.orderId);
    expect(history?.history.at(-1)).toEqual({
      orderVersion: 2,
      from: 'pending',
      to: 'confirmed',
      reason: null,
      at: now.toISOString(),
    });
    const bodies = (await outboxOf(order.orderId)).map(({ body }) => parseEvent(body));
    expect(bodies).toMatchObject([
      { event: { eventType: 'OrderCreated' } },
      { event: { eventType: 'OrderConfirmed', data: { reservationId: change.next.reservationId, orderVersion: 2 } } },
    ]);
  });

  test('keeps the order of the events of one change', async () => {
    const order = await create();
    await changeOrders(orders.database.query, [changeOf(order, { kind: 'outcome_unknown', reason: 'grpc_timeout' })]);
    const types = (await outboxOf(order.orderId)).map(({ event_type }) => event_type);
    expect(types).toEqual(['OrderCreated', 'OrderPendingVerification', 'VerifyOrder']);
  });

  test('leaves no trace of a change whose order moved on', async () => {
    const order = await create();
    const stale = reserved(order);
    await changeOrders(orders.database.query, [changeOf(order, { kind: 'outcome_unknown', reason: 'grpc_timeout' })]);
    const before = await outboxOf(order.orderId);
    expect(await changeOrders(orders.database.query, [stale])).toEqual([false]);
    expect(await outboxOf(order.orderId)).toEqual(before);
    expect(await read(order)).toMatchObject({ status: 'pending_verification', totalMinor: null, items: order.items });
  });

  test('lets one of two changes of the same order in one batch win', async () => {
    const order = await create();
    const held = await changeOrders(orders.database.query, [reserved(order), reserved(order)]);
    expect(held.filter(Boolean)).toHaveLength(1);
    expect(await outboxOf(order.orderId)).toHaveLength(2);
  });

  test('never drops the note of a recovery, whichever change is written first', async () => {
    const order = await create();
    const confirmed = reserved(order);
    await changeOrders(orders.database.query, [confirmed]);
    const shipped = changeOf(confirmed.next, { kind: 'ship' });
    const noted = changeOf(confirmed.next, {
      kind: 'verified',
      reservation: reservationOf(order),
      recoveredFromCrash: true,
    });
    expect(await changeOrders(orders.database.query, [noted])).toEqual([true]);
    expect(await changeOrders(orders.database.query, [shipped])).toEqual([true]);
    expect(await read(order)).toMatchObject({ status: 'shipped', recoveredFromCrash: true });
  });
});

describe('an order that changes under a decision', () => {
  const readOrder = () => makeReadOrder(orders.database);
  const changeOrder = () =>
    makeChangeOrder({
      database: orders.database,
      logger: quietLogger,
      outbox,
      readOrder: readOrder(),
      schedule,
      now: () => now,
    });

  test('is decided about again', async () => {
    const order = await create();
    await changeOrders(orders.database.query, [changeOf(order, { kind: 'outcome_unknown', reason: 'grpc_timeout' })]);
    // The request still holds the pending order that it created.
    const settled = await changeOrder().known(order, { kind: 'reserved', reservation: reservationOf(order) });
    expect(settled.order).toMatchObject({ status: 'confirmed', version: 3 });
    expect(await read(order)).toEqual(settled.order);
  });

  test.each(['cancel', 'ship'] as const)('is %sed once, however many ask at once', async (kind) => {
    const order = await create();
    await changeOrders(orders.database.query, [reserved(order)]);
    const instances = [changeOrder(), changeOrder()];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => instances[index % 2]?.(order.orderId, { kind })),
    );
    expect(answers.filter((answer) => answer?.decision.kind === 'transition')).toHaveLength(1);
    expect(answers.every((answer) => answer?.order.version === 3)).toBe(true);
    expect(await outboxOf(order.orderId)).toHaveLength(3);
  });

  test('is either cancelled or shipped when both are asked at once', async () => {
    const order = await create();
    await changeOrders(orders.database.query, [reserved(order)]);
    const change = changeOrder();
    const [cancelled, shipped] = await Promise.all([
      change(order.orderId, { kind: 'cancel' }),
      change(order.orderId, { kind: 'ship' }),
    ]);
    const kinds = [cancelled?.decision.kind, shipped?.decision.kind].sort();
    expect(kinds).toEqual(['refused', 'transition']);
  });
});
