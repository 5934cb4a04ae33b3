import { randomUUID } from 'node:crypto';
import type { ProductView } from '@valerix/contracts/inventory-api';
import type { OrderDetails } from '@valerix/contracts/order-api';
import type { Endpoints } from '../../local/endpoints.ts';
import { until } from './until.ts';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  readonly ms: number;
}

/** What shoppers and operators do, over HTTP. */
export interface Shop {
  order(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  find(orderId: string): Promise<OrderDetails>;
  cancel(orderId: string): Promise<Answer>;
  ship(orderId: string): Promise<Answer>;
  product(productId: string): Promise<ProductView>;
  /** A new product of our own, so that tests do not share stock. */
  newProduct(stock: number, more?: Record<string, unknown>): Promise<string>;
  /** Waits until the order has one of the statuses. */
  settled(orderId: string, statuses: readonly string[], timeoutMs?: number): Promise<OrderDetails>;
}

export async function request<T = Record<string, unknown>>(url: string, init: RequestInit = {}): Promise<Answer<T>> {
  const startedAt = performance.now();
  const response = await fetch(url, init);
  const text = await response.text();
  const ms = performance.now() - startedAt;
  return { status: response.status, headers: response.headers, ms, body: (text === '' ? {} : JSON.parse(text)) as T };
}

export function makeShop(endpoints: Endpoints): Shop {
  const operator = { 'x-functions-key': endpoints.operatorKey };
  const jsonHeaders = { 'content-type': 'application/json' };
  const post = (url: string, headers: Record<string, string> = {}) => request(url, { method: 'POST', headers });
  const find = async (orderId: string) =>
    (await request<OrderDetails>(`${endpoints.order}/api/orders/${orderId}`)).body;

  return {
    order: (body, headers = {}) =>
      request(`${endpoints.order}/api/orders`, {
        method: 'POST',
        headers: { ...jsonHeaders, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    find,
    cancel: (orderId) => post(`${endpoints.order}/api/orders/${orderId}/cancel`),
    ship: (orderId) => post(`${endpoints.order}/api/orders/${orderId}/ship`, operator),
    product: async (productId) => (await request<ProductView>(`${endpoints.inventory}/api/products/${productId}`)).body,
    async newProduct(stock, more = {}) {
      const productId = `test-${randomUUID().slice(0, 8)}`;
      const answer = await request(`${endpoints.inventory}/api/products/${productId}`, {
        method: 'PUT',
        headers: { ...jsonHeaders, ...operator },
        body: JSON.stringify({ name: `Test ${productId}`, unitPriceMinor: 1250, initialStock: stock, ...more }),
      });
      if (answer.status !== 201)
        throw new Error(`product not created: ${answer.status} ${JSON.stringify(answer.body)}`);
      return productId;
    },
    settled: (orderId, statuses, timeoutMs = 30_000) =>
      until(
        `order ${orderId} to be ${statuses.join(' or ')}`,
        async () => {
          const order = await find(orderId);
          return statuses.includes(order.status) && order;
        },
        { timeoutMs },
      ),
  };
}
