import type { OrderStatus } from '@valerix/contracts/order';
import type { OrderDetails } from '@valerix/contracts/order-api';

export const sampleOrderId = '0d5b1f6e-58a4-4b0e-9f1c-7d6a7a1f0001';
const createdAt = Date.UTC(2026, 0, 5, 9, 30);

/** An order that went through these statuses, one second apart, for tests. */
export function sampleOrder(statuses: readonly OrderStatus[], more: Partial<OrderDetails> = {}): OrderDetails {
  const at = (index: number) => new Date(createdAt + index * 1000).toISOString();
  const history = statuses.map((to, index) => ({
    orderVersion: index + 1,
    from: statuses[index - 1] ?? null,
    to,
    reason: null,
    at: at(index),
  }));
  return {
    orderId: sampleOrderId,
    status: statuses.at(-1) ?? 'pending',
    orderVersion: statuses.length,
    customerId: null,
    items: [{ productId: 'hand-grinder', quantity: 3 }],
    totalMinor: null,
    currency: null,
    reservationId: null,
    reason: null,
    message: 'What the service says.',
    traceId: null,
    recoveredFromCrash: false,
    createdAt: at(0),
    updatedAt: at(statuses.length - 1),
    history,
    ...more,
  };
}
