import type { OrderDetails, OrderView, StatusChange } from '@valerix/contracts/order-api';
import { traceIdOf } from '@valerix/platform/trace-context';
import type { Order } from './domain/order.ts';

/** An order as every answer shows it. */
export function viewOf(order: Order): OrderView {
  return {
    orderId: order.orderId,
    status: order.status,
    orderVersion: order.version,
    customerId: order.customerId,
    items: order.items.map(({ productId, quantity, name, unitPriceMinor, currency }) => ({
      productId,
      quantity,
      ...(name !== null && unitPriceMinor !== null && currency !== null && { name, unitPriceMinor, currency }),
    })),
    totalMinor: order.totalMinor,
    currency: order.currency,
    reservationId: order.reservationId,
    reason: order.reason,
    ...(order.refusedProductId !== null && {
      refusal: {
        productId: order.refusedProductId,
        requestedQuantity: order.requestedQuantity,
        availableStock: order.availableStock,
      },
    }),
    message: messageOf(order),
    recoveredFromCrash: order.recoveredFromCrash,
    createdAt: order.createdAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
  };
}

export const detailsOf = (order: Order, history: readonly StatusChange[]): OrderDetails => ({
  ...viewOf(order),
  history: [...history],
  traceId: order.traceparent === null ? null : traceIdOf(order.traceparent),
});

/** The order's state in words for the shopper. */
export function messageOf(order: Order): string {
  switch (order.status) {
    case 'pending':
      return 'We have your order and are working on it.';
    case 'pending_verification':
      return 'We have your order and are checking it with the warehouse. You do not need to order again.';
    case 'confirmed':
      return 'Your order is confirmed.';
    case 'shipped':
      return 'Your order is on its way.';
    case 'cancelled':
      return 'Your order is cancelled.';
    case 'failed':
      return failureMessage(order);
  }
}

function failureMessage({ reason, refusedProductId, requestedQuantity, availableStock }: Order): string {
  switch (reason) {
    case 'insufficient_stock':
      if (availableStock === null || requestedQuantity === null) return 'There is not enough stock for your order.';
      return `There is not enough stock of ${refusedProductId}: you asked for ${requestedQuantity}, we have ${availableStock}.`;
    case 'unknown_product':
      return `We do not have a product ${refusedProductId ?? 'of that name'}.`;
    case 'gave_up':
      return 'We could not confirm your order with the warehouse, so nothing was ordered. Please order again.';
    default:
      return 'The warehouse could not take your order. Nothing was ordered.';
  }
}
