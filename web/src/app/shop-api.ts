import { type ProductPage, productPage } from '@valerix/contracts/inventory-api';
import type { OrderLine } from '@valerix/contracts/order';
import { type OrderDetails, type OrderView, orderDetails, orderView } from '@valerix/contracts/order-api';
import { type Negotiation, negotiation } from '@valerix/contracts/push';
import type { SiteConfig } from '@valerix/contracts/site-config';
import { type Answer, call } from './call.ts';

/** What the storefront asks of the two services. */
export interface ShopApi {
  products(): Promise<Answer<ProductPage>>;
  placeOrder(items: readonly OrderLine[], idempotencyKey: string): Promise<Answer<OrderView>>;
  order(orderId: string): Promise<Answer<OrderDetails>>;
  cancelOrder(orderId: string): Promise<Answer<OrderView>>;
  negotiate(orderId: string): Promise<Answer<Negotiation>>;
}

/** Longer than the service's own budget for an order, so that a slow answer is an answer and not an open question. */
const PLACE_TIMEOUT_MS = 15_000;

export function makeShopApi({ orderUrl, inventoryUrl }: SiteConfig): ShopApi {
  const orders = `${orderUrl}/api/orders`;
  const one = (orderId: string) => `${orders}/${encodeURIComponent(orderId)}`;
  return {
    products: () => call(`${inventoryUrl}/api/products`, productPage),
    placeOrder: (items, idempotencyKey) =>
      call(orders, orderView, { method: 'POST', body: { items, idempotencyKey }, timeoutMs: PLACE_TIMEOUT_MS }),
    order: (orderId) => call(one(orderId), orderDetails),
    cancelOrder: (orderId) => call(`${one(orderId)}/cancel`, orderView, { method: 'POST' }),
    negotiate: (orderId) => call(`${one(orderId)}/negotiate`, negotiation),
  };
}
