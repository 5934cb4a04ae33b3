import type { OrderView } from '@valerix/contracts/order-api';
import { expect, test } from 'vitest';
import { makeId, NOON, orderEvent, reservedEvent } from '../live/events.fixture.ts';
import { followOrder, hearOrderEvents, mergeOrders, noOrders, ORDERS_KEPT } from './orders.ts';

const view = (orderId: string, orderVersion: number, status: OrderView['status'], at = NOON): OrderView => ({
  orderId,
  status,
  orderVersion,
  customerId: null,
  items: [{ productId: 'beans', quantity: 2 }],
  totalMinor: null,
  currency: null,
  reservationId: null,
  reason: null,
  message: '',
  recoveredFromCrash: false,
  createdAt: new Date(at).toISOString(),
  updatedAt: new Date(at).toISOString(),
});

test('events in the wrong order end in the latest state, and all of them are in the history', () => {
  const orderId = makeId();
  const events = [
    orderEvent(orderId, 3, 'shipped', NOON + 2),
    orderEvent(orderId, 1, 'pending', NOON),
    orderEvent(orderId, 2, 'confirmed', NOON + 1),
  ];
  const card = hearOrderEvents(noOrders, events).cards.get(orderId);
  expect(card).toMatchObject({ status: 'shipped', version: 3, changedAt: NOON + 2 });
  expect(card?.heard).toHaveLength(3);
});

test('a snapshot that is older than what was heard changes nothing, and a later one does', () => {
  const orderId = makeId();
  const heard = hearOrderEvents(noOrders, [orderEvent(orderId, 2, 'confirmed')]);
  expect(mergeOrders(heard, [view(orderId, 1, 'pending')])).toBe(heard);
  const after = mergeOrders(heard, [view(orderId, 3, 'shipped')]);
  expect(after.cards.get(orderId)).toMatchObject({ status: 'shipped', version: 3 });
  expect(after.cards.get(orderId)?.heard).toHaveLength(1);
});

test('snapshot and stream end alike, whichever comes first', () => {
  const orderId = makeId();
  const event = orderEvent(orderId, 2, 'confirmed', NOON + 5);
  const snapshot = [view(orderId, 1, 'pending')];
  const streamLast = hearOrderEvents(mergeOrders(noOrders, snapshot), [event]);
  const streamFirst = mergeOrders(hearOrderEvents(noOrders, [event]), snapshot);
  expect(streamFirst.cards).toEqual(streamLast.cards);
});

test('a version that is skipped counts as a gap, one that is repeated does not', () => {
  const orderId = makeId();
  const first = hearOrderEvents(noOrders, [orderEvent(orderId, 1, 'pending')]);
  expect(first.gaps).toBe(0);
  expect(hearOrderEvents(first, [orderEvent(orderId, 1, 'pending')]).gaps).toBe(0);
  expect(hearOrderEvents(first, [orderEvent(orderId, 3, 'shipped')]).gaps).toBe(1);
});

test('what is heard of stock before its order is kept for the order', () => {
  const reserved = reservedEvent('beans', 4, 10);
  const orderId = 'orderId' in reserved.data ? reserved.data.orderId : '';
  const before = hearOrderEvents(noOrders, [reserved]);
  expect(before.cards.get(orderId)?.status).toBeUndefined();
  const after = hearOrderEvents(before, [orderEvent(orderId, 1, 'pending')]);
  expect(after.cards.get(orderId)).toMatchObject({ status: 'pending' });
  expect(after.cards.get(orderId)?.heard.map(({ eventType }) => eventType)).toEqual(['StockReserved', 'OrderCreated']);
});

test('the longest unchanged orders leave, the one that is looked at stays', () => {
  const looked = makeId();
  let orders = followOrder(hearOrderEvents(noOrders, [orderEvent(looked, 1, 'pending')]), looked);
  const others = Array.from({ length: ORDERS_KEPT + 50 }, () => makeId());
  for (const orderId of others) orders = hearOrderEvents(orders, [orderEvent(orderId, 1, 'pending')]);
  expect(orders.cards.size).toBe(ORDERS_KEPT);
  expect(orders.cards.has(looked)).toBe(true);
  expect(orders.cards.has(others[0] ?? '')).toBe(false);
  expect(orders.cards.has(others.at(-1) ?? '')).toBe(true);
});

test('a snapshot puts orders where their last change belongs, not on top', () => {
  const [old, fresh] = [makeId(), makeId()];
  const heard = hearOrderEvents(noOrders, [orderEvent(fresh, 1, 'pending', NOON)]);
  const merged = mergeOrders(heard, [view(old, 1, 'pending', NOON - 1_000)]);
  expect([...merged.cards.keys()]).toEqual([old, fresh]);
});
