import { randomUUID } from 'node:crypto';
import type { ReservationFacts } from '@valerix/contracts/events';
import { MINUTE, SECOND } from '@valerix/platform/durations';
import type { Outbox, OutboxRow } from '@valerix/platform/outbox';
import { newOrder, type Order } from '../src/domain/order.ts';
import { firstCheckAt, type SweepSchedule } from '../src/domain/sweep-schedule.ts';

export const schedule: SweepSchedule = {
  askAtAgesMs: [15 * SECOND, 60 * SECOND, 5 * MINUTE],
  giveUpAtAgeMs: 15 * MINUTE,
};

export const noon = new Date('2026-03-01T12:00:00.000Z');
export const afterNoon = (ms: number): Date => new Date(noon.getTime() + ms);

/** A new order of two products, taken at noon unless `more` says otherwise. */
export function sampleOrder(more: Partial<Order> = {}): Order {
  const now = more.createdAt ?? noon;
  const order = newOrder({
    orderId: randomUUID(),
    customerId: 'customer-1',
    items: [
      { productId: 'lamp', quantity: 2 },
      { productId: 'chair', quantity: 1 },
    ],
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    now,
    nextCheckAt: firstCheckAt(now, schedule),
  });
  return { ...order, ...more };
}

/** What the Inventory service says when it has reserved all of an order. */
export function reservationOf(order: Pick<Order, 'items'>): ReservationFacts {
  const lines = order.items.map(({ productId, quantity }) => ({
    productId,
    quantity,
    name: `The ${productId}`,
    unitPriceMinor: 1_250,
    currency: 'EUR',
  }));
  return { reservationId: randomUUID(), lines };
}

/** An outbox that only remembers what it was to send. */
export function recordingOutbox(): Pick<Outbox, 'publish'> & { readonly published: OutboxRow[] } {
  const published: OutboxRow[] = [];
  return {
    published,
    async publish(rows) {
      published.push(...rows);
    },
  };
}
