import { expect, test } from 'vitest';
import { makeId, orderEvent } from '../live/events.fixture.ts';
import { hearOrderEvents, noOrders } from './orders.ts';
import { countByStatus, knownOrders, visibleOrders } from './visible-orders.ts';

const [a, b, c] = [makeId(), makeId(), makeId()];
const orders = hearOrderEvents(noOrders, [
  orderEvent(a, 1, 'pending'),
  orderEvent(b, 1, 'pending'),
  orderEvent(c, 2, 'confirmed'),
]);
const idsOf = (cards: readonly { readonly orderId: string }[]) => cards.map(({ orderId }) => orderId);

test('the latest change stands on top, and the filter leaves only its status', () => {
  const known = knownOrders(orders);
  expect(idsOf(visibleOrders(known, 'all', 10, undefined).cards)).toEqual([c, b, a]);
  expect(idsOf(visibleOrders(known, 'pending', 10, undefined).cards)).toEqual([b, a]);
  expect(countByStatus(known)).toMatchObject({ pending: 2, confirmed: 1, failed: 0 });
});

test('a held list keeps its rows and shows their new states, and says how many came since', () => {
  const [d] = [makeId()];
  const later = hearOrderEvents(orders, [orderEvent(d, 1, 'pending'), orderEvent(a, 2, 'confirmed')]);
  const shown = visibleOrders(knownOrders(later), 'all', 10, [c, b, a]);
  expect(idsOf(shown.cards)).toEqual([c, b, a]);
  expect(shown.cards[2]?.status).toBe('confirmed');
  expect(shown.newer).toBe(1);
});
