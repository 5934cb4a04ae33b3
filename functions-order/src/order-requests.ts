import { type OrderQuery, type OrderRequest, orderQuery, parseOrderRequest } from '@valerix/contracts/order-api';
import { parseRequest, rejectFields } from '@valerix/platform/problem';
import { z } from 'zod';

const orderId = z.uuid('must be the id of an order');

/** The order that an address names; throws the 400 that names the field. */
export function orderIdOf(params: Readonly<Record<string, string>>): string {
  const parsed = parseRequest(z.object({ orderId }), { orderId: params.orderId });
  return parsed.orderId.toLowerCase();
}

/** The body of `POST /api/orders`; throws the 400 that names every wrong field. */
export function orderRequestOf(body: unknown): OrderRequest {
  const parsed = parseOrderRequest(body);
  if (!parsed.ok) rejectFields(parsed.error);
  return parsed.request;
}

/** The query of `GET /api/orders`; throws the 400 that names every wrong field. */
export function orderQueryOf(query: URLSearchParams): OrderQuery {
  return parseRequest(orderQuery, Object.fromEntries(query));
}
