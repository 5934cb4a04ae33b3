import { expect, test } from 'vitest';
import { makeId, NOON, orderEvent } from '../live/events.fixture.ts';
import { orderTimeline } from './order-timeline.ts';
import { hearOrderEvents, noOrders } from './orders.ts';

test('the log and what was heard are one story, with the time between', () => {
  const orderId = makeId();
  const heard = hearOrderEvents(noOrders, [
    orderEvent(orderId, 1, 'pending', NOON),
    orderEvent(orderId, 2, 'confirmed', NOON + 1_500),
  ]).cards.get(orderId);
  const at = (ms: number) => new Date(NOON + ms).toISOString();
  const details = {
    history: [
      { orderVersion: 1, from: null, to: 'pending' as const, reason: null, at: at(0) },
      { orderVersion: 2, from: 'pending' as const, to: 'confirmed' as const, reason: null, at: at(1_400) },
    ],
  };
  const told = orderTimeline(details, heard?.heard ?? []).map(({ kind, name, afterMs }) => [kind, name, afterMs]);
  expect(told).toEqual([
    ['state', 'Pending', undefined],
    ['event', 'OrderCreated', 0],
    ['state', 'Pending → Confirmed', 1_400],
    ['event', 'OrderConfirmed', 100],
  ]);
});

test('without an answer of the service, what was heard is still told', () => {
  const orderId = makeId();
  const card = hearOrderEvents(noOrders, [orderEvent(orderId, 1, 'cancelled')]).cards.get(orderId);
  expect(orderTimeline(undefined, card?.heard ?? [])).toMatchObject([{ name: 'OrderCancelled', words: 'Cancelled' }]);
});
