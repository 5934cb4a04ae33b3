import { expect, test } from 'vitest';
import { makeId, NOON, orderEvent } from '../live/events.fixture.ts';
import type { Caller } from '../live/service-calls.ts';
import { hearOrderEvents, noOrders } from './orders.ts';
import { missedOutcomes, pendingOf, readPendingOrders } from './read-orders.ts';

/** Answers `pages` pages of orders, each placed a second before the one before. */
function pagesOf(pages: number, perPage: number): { call: Caller; paths: string[] } {
  const paths: string[] = [];
  const call: Caller = async ({ path, schema }) => {
    paths.push(path);
    const page = paths.length;
    const orders = Array.from({ length: perPage }, (_, index) => {
      const at = new Date(NOON - 1_000 * ((page - 1) * perPage + index)).toISOString();
      const items = [{ productId: 'beans', quantity: 1 }];
      const nothing = { customerId: null, totalMinor: null, currency: null, reservationId: null, reason: null };
      const state = { status: 'pending', orderVersion: 1, message: '', recoveredFromCrash: false, traceId: null };
      return { orderId: makeId(), items, ...nothing, ...state, createdAt: at, updatedAt: at };
    });
    return schema.parse({ orders, nextCursor: page < pages ? `after ${page}` : null });
  };
  return { call, paths };
}

test('all pages are counted, and the oldest stands on the last one', async () => {
  const { call, paths } = pagesOf(3, 2);
  expect(pendingOf(await readPendingOrders(call))).toEqual({ count: 6, oldestAt: NOON - 5_000, more: false });
  expect(paths[2]).toBe('/api/orders?limit=100&status=pending,pending_verification&cursor=after%202');
});

test('a backlog without end is read in part, and said to be more', async () => {
  const { call, paths } = pagesOf(1_000, 100);
  expect(pendingOf(await readPendingOrders(call))).toMatchObject({ count: 500, more: true });
  expect(paths).toHaveLength(5);
});

test('an order that stands as pending and is so no longer was missed, once its push had time to arrive', () => {
  const orders = hearOrderEvents(noOrders, [orderEvent(makeId(), 1, 'pending')]);
  const none = { orders: [], more: false };
  expect(missedOutcomes(orders, none, NOON + 2_000)).toBe(false);
  expect(missedOutcomes(orders, none, NOON + 20_000)).toBe(true);
  expect(missedOutcomes(orders, { orders: [], more: true }, NOON + 20_000)).toBe(false);
  const settled = hearOrderEvents(noOrders, [orderEvent(makeId(), 2, 'confirmed')]);
  expect(missedOutcomes(settled, none, NOON + 20_000)).toBe(false);
});
