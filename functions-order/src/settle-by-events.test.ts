import { randomUUID } from 'node:crypto';
import { type AnyEvent, type EventData, type EventType, parseEvent } from '@valerix/contracts/events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OrdersDatabase, openOrdersDatabase, quietLogger } from '../testing/orders-database.ts';
import { afterNoon, recordingOutbox, reservationOf, sampleOrder, schedule } from '../testing/sample-orders.ts';
import { decide } from './domain/decide.ts';
import type { Order } from './domain/order.ts';
import type { OrderInput } from './domain/order-input.ts';
import { makeSettleByEvents, UnusableEvent } from './settle-by-events.ts';
import { changeOrders, orderChange } from './store/change-orders.ts';
import { makeCreateOrder, orderIntent } from './store/create-orders.ts';
import { readOrders } from './store/read-orders.ts';

let orders: OrdersDatabase;
let outbox = recordingOutbox();
let statements: string[] = [];
let settle: ReturnType<typeof makeSettleByEvents>;

beforeAll(async () => {
  orders = await openOrdersDatabase('settle by events');
});
afterAll(() => orders.drop());
beforeEach(() => {
  outbox = recordingOutbox();
  statements = [];
  const database = {
    ...orders.database,
    query: (<T>(sql: string, parameters?: readonly unknown[]) => {
      statements.push(sql);
      return orders.database.query<T>(sql, parameters);
    }) as typeof orders.database.query,
  };
  settle = makeSettleByEvents({ database, outbox, logger: quietLogger, schedule, now: () => afterNoon(5_000) });
});

const apply = async (order: Order, input: OrderInput): Promise<Order> => {
  const now = afterNoon(2_000);
  const decision = decide(order, input, { now, schedule });
  if (decision.kind !== 'transition') throw new Error(decision.kind);
  await changeOrders(orders.database.query, [orderChange(order, decision.next, decision.events, now)]);
  return decision.next;
};
const pending = async (): Promise<Order> => {
  const order = sampleOrder();
  await makeCreateOrder(orders.database, recordingOutbox())(orderIntent(order, null));
  return order;
};
const waiting = async () => apply(await pending(), { kind: 'outcome_unknown', reason: 'grpc_timeout' });
const confirmed = async () => {
  const order = await pending();
  return apply(order, { kind: 'reserved', reservation: reservationOf(order) });
};
const read = async ({ orderId }: Order) => (await readOrders(orders.database.query, [orderId])).get(orderId);

const event = <T extends EventType>(eventType: T, data: EventData<T>): AnyEvent => {
  const parsed = parseEvent({ eventType, eventId: randomUUID(), timestamp: afterNoon(0).toISOString(), data });
  if (parsed.kind !== 'event') throw new Error(parsed.detail);
  return parsed.event;
};
const stockReserved = (order: Order, reservation = reservationOf(order)): AnyEvent[] =>
  order.items.map(({ productId, quantity }) =>
    event('StockReserved', {
      orderId: order.orderId,
      productId,
      quantity,
      remainingStock: 3,
      stockVersion: 4,
      reservationId: reservation.reservationId,
      reservation,
    }),
  );
const verified = (order: Order, recoveredFromCrash = false, reservation = reservationOf(order)) =>
  event('OrderVerified', {
    orderId: order.orderId,
    status: 'confirmed',
    reservationId: reservation.reservationId,
    reservation,
    recoveredFromCrash,
  });
const verifiedFailed = (order: Order) =>
  event('OrderVerified', {
    orderId: order.orderId,
    status: 'failed',
    reason: 'insufficient_stock',
    productId: 'lamp',
    availableStock: 1,
    recoveredFromCrash: false,
  });

describe('an order that waits for verification', () => {
  test('is confirmed by StockReserved, with its reservation and prices', async () => {
    const order = await waiting();
    const reservation = reservationOf(order);
    await settle(stockReserved(order, reservation));
    expect(await read(order)).toMatchObject({
      status: 'confirmed',
      reason: null,
      reservationId: reservation.reservationId,
      totalMinor: 3_750,
      recoveredFromCrash: false,
    });
    expect(outbox.published.map(({ event_type }) => event_type)).toEqual(['OrderConfirmed']);
  });

  test('is confirmed by OrderVerified, and remembers that it was recovered', async () => {
    const order = await waiting();
    await settle([verified(order, true)]);
    expect(await read(order)).toMatchObject({ status: 'confirmed', recoveredFromCrash: true });
  });

  test('is failed by OrderVerified, with the reason and what there is', async () => {
    const order = await waiting();
    await settle([verifiedFailed(order)]);
    expect(await read(order)).toMatchObject({
      status: 'failed',
      reason: 'insufficient_stock',
      refusedProductId: 'lamp',
      requestedQuantity: 2,
      availableStock: 1,
    });
  });

  test('is confirmed without prices when the answer names only the reservation', async () => {
    const order = await waiting();
    const reservationId = randomUUID();
    const answer = { orderId: order.orderId, status: 'confirmed', reservationId, recoveredFromCrash: false } as const;
    await settle([event('OrderVerified', answer)]);
    expect(await read(order)).toMatchObject({ status: 'confirmed', reservationId, totalMinor: null });
  });

  test('is not confirmed by an answer that names no reservation', async () => {
    const order = await waiting();
    const answer = event('OrderVerified', { orderId: order.orderId, status: 'confirmed', recoveredFromCrash: false });
    await expect(settle([answer])).rejects.toBeInstanceOf(UnusableEvent);
  });
});

describe('an order whose request is in flight', () => {
  test('is left to its request by StockReserved', async () => {
    const order = await pending();
    await settle(stockReserved(order));
    expect(await read(order)).toEqual(order);
  });

  test('is settled by OrderVerified, because only a crashed request is asked about', async () => {
    const [good, bad] = [await pending(), await pending()];
    await settle([verified(good), verifiedFailed(bad)]);
    expect(await read(good)).toMatchObject({ status: 'confirmed' });
    expect(await read(bad)).toMatchObject({ status: 'failed' });
  });
});

describe('late and repeated events', () => {
  test('change nothing', async () => {
    const order = await confirmed();
    const cancelled = await apply(await confirmed(), { kind: 'cancel' });
    await settle([
      ...stockReserved(order),
      verified(order),
      verifiedFailed(order),
      ...stockReserved(cancelled),
      verified(cancelled, true),
      verifiedFailed(cancelled),
    ]);
    expect(await read(order)).toEqual(order);
    expect(await read(cancelled)).toEqual(cancelled);
    expect(outbox.published).toEqual([]);
  });

  test('note a recovery without a new version or an event', async () => {
    const order = await confirmed();
    await settle([verified(order, true)]);
    expect(await read(order)).toEqual({ ...order, recoveredFromCrash: true });
    expect(outbox.published).toEqual([]);
  });

  test('about orders of somebody else are ignored', async () => {
    await settle([...stockReserved(sampleOrder()), verified(sampleOrder())]);
    expect(outbox.published).toEqual([]);
  });
});

describe('a batch', () => {
  test('costs one read and one write, however many orders it settles', async () => {
    const many = await Promise.all(Array.from({ length: 40 }, waiting));
    await settle(many.flatMap((order) => stockReserved(order)));
    expect(statements).toHaveLength(2);
    const after = await readOrders(
      orders.database.query,
      many.map(({ orderId }) => orderId),
    );
    expect([...after.values()].every(({ status }) => status === 'confirmed')).toBe(true);
    expect(outbox.published).toHaveLength(40);
  });

  test('applies the events of one order in their sequence', async () => {
    const order = await waiting();
    await settle([...stockReserved(order), verified(order, true), verifiedFailed(order)]);
    expect(await read(order)).toMatchObject({ status: 'confirmed', version: 3, recoveredFromCrash: true });
    expect(outbox.published.map(({ event_type }) => event_type)).toEqual(['OrderConfirmed']);
  });

  test('decides again about an order that moved on meanwhile', async () => {
    const order = await waiting();
    const other = await waiting();
    let raced = false;
    const racing = makeSettleByEvents({
      logger: quietLogger,
      outbox,
      schedule,
      now: () => afterNoon(5_000),
      database: {
        ...orders.database,
        query: (async <T>(sql: string, parameters?: readonly unknown[]) => {
          const rows = await orders.database.query<T>(sql, parameters);
          if (!raced) {
            raced = true;
            await apply(order, { kind: 'cancel' });
          }
          return rows;
        }) as typeof orders.database.query,
      },
    });
    await racing([...stockReserved(order), ...stockReserved(other)]);
    expect(await read(order)).toMatchObject({ status: 'cancelled', reservationId: null });
    expect(await read(other)).toMatchObject({ status: 'confirmed' });
    expect(outbox.published).toHaveLength(1);
  });

  test('delivered twice at once has one effect', async () => {
    const many = await Promise.all(Array.from({ length: 10 }, waiting));
    const batch = many.map((order) => verified(order));
    await Promise.all([settle(batch), settle(batch)]);
    expect(outbox.published).toHaveLength(10);
  });
});
