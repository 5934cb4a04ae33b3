import type { AnyEvent } from '@valerix/contracts/events';
import { expect, test } from 'vitest';
import { isOutdated, isWaiting, nothingKnown, withEvents, withOrder } from './order-state.ts';
import { sampleOrder, sampleOrderId } from './sample-order.ts';

const cancelled = (orderVersion: number, orderId = sampleOrderId): AnyEvent => ({
  eventType: 'OrderCancelled',
  eventId: crypto.randomUUID(),
  timestamp: '2026-01-05T09:30:00.000Z',
  data: { orderId, orderVersion, customerId: null, items: [], status: 'cancelled' },
});

const confirmed = withOrder(nothingKnown, sampleOrder(['pending', 'confirmed']));

test('an answer that was overtaken by a newer one changes nothing', () => {
  expect(withOrder(confirmed, sampleOrder(['pending']))).toBe(confirmed);
});

test('the same version is taken, because notes about an order come without a new one', () => {
  const noted = sampleOrder(['pending', 'confirmed'], { recoveredFromCrash: true });
  expect(withOrder(confirmed, noted).order?.recoveredFromCrash).toBe(true);
});

test('an event of a newer version makes what is known outdated until the order is fetched', () => {
  const heard = withEvents(confirmed, sampleOrderId, [cancelled(3)]);
  expect([isOutdated(heard), isWaiting(heard)]).toEqual([true, true]);
  const fetched = withOrder(heard, sampleOrder(['pending', 'confirmed', 'cancelled']));
  expect([isOutdated(fetched), isWaiting(fetched)]).toEqual([false, false]);
});

test('repeated and late events, and those about other orders, are no news', () => {
  const others = [cancelled(2), cancelled(1), cancelled(9, '0d5b1f6e-58a4-4b0e-9f1c-7d6a7a1f0002')];
  expect(withEvents(confirmed, sampleOrderId, others)).toBe(confirmed);
});

test('the page waits for an order that is unknown, pending or being verified, and for no other', () => {
  expect(isWaiting(nothingKnown)).toBe(true);
  expect(isWaiting(withOrder(nothingKnown, sampleOrder(['pending'])))).toBe(true);
  expect(isWaiting(withOrder(nothingKnown, sampleOrder(['pending', 'pending_verification'])))).toBe(true);
  for (const settled of ['confirmed', 'failed', 'cancelled', 'shipped'] as const) {
    expect(isWaiting(withOrder(nothingKnown, sampleOrder(['pending', settled])))).toBe(false);
  }
});
