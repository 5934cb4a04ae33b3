import type { HttpResponseInit } from '@azure/functions';
import type { ErrorCode } from '@valerix/contracts/errors';
import { json } from '@valerix/platform/http';
import { RequestError } from '@valerix/platform/problem';
import type { Decision } from './domain/decide.ts';
import type { Order, OrderReason } from './domain/order.ts';
import { messageOf, viewOf } from './order-view.ts';
import type { Placement } from './place-order.ts';

const locationOf = ({ orderId }: Order) => ({ location: `/api/orders/${orderId}` });

/** The answer to the request that placed an order; throws the problem where the answer is one. */
export function answerForPlacement(placement: Placement): HttpResponseInit {
  switch (placement.kind) {
    case 'not_recorded':
      throw new RequestError('order_not_recorded', {}, { cause: placement.cause, retryAfterSeconds: 2 });
    case 'key_reused':
      throw new RequestError('idempotency_key_reused');
    case 'placed': {
      const { order, replayed } = placement;
      if (replayed) return json(200, viewOf(order), { ...locationOf(order), 'idempotency-replayed': 'true' });
      return answerForNewOrder(order);
    }
  }
}

function answerForNewOrder(order: Order): HttpResponseInit {
  const { status, reason } = order;
  if (status === 'confirmed') return json(201, viewOf(order), locationOf(order));
  if (status === 'pending' || status === 'pending_verification') return json(202, viewOf(order), locationOf(order));
  const code = reason === null ? undefined : refusalCodes[reason];
  if (status === 'failed' && code !== undefined) {
    throw problemAbout(order, code, {
      requestedQuantity: order.requestedQuantity,
      availableStock: order.availableStock,
      productId: order.refusedProductId,
    });
  }
  // Someone else settled it while the answer was on its way.
  return json(200, viewOf(order), locationOf(order));
}

/** The problems that the warehouse's own refusals are to the client. */
const refusalCodes: Partial<Record<OrderReason, ErrorCode>> = {
  insufficient_stock: 'insufficient_stock',
  unknown_product: 'unknown_product',
  rejected: 'order_rejected',
};

/** The answer to a command about an order, such as cancel or ship. */
export function answerForCommand({ decision, order }: { decision: Decision; order: Order }): HttpResponseInit {
  if (decision.kind !== 'refused') return json(200, viewOf(order));
  throw problemAbout(order, decision.code);
}

function problemAbout(order: Order, code: ErrorCode, facts: Readonly<Record<string, unknown>> = {}): RequestError {
  const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
  // In a problem document `status` is the HTTP status, a number (RFC 9457).
  const { orderId, status: orderStatus, reason } = order;
  return new RequestError(
    code,
    { detail: messageOf(order), orderId, orderStatus, ...(reason !== null && { reason }), ...known },
    code === 'order_in_progress' ? { retryAfterSeconds: 1 } : {},
  );
}
