import type { OrderPage } from '@valerix/contracts/order-api';
import type { BrowserContextOptions, Page, Route } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { runningSystem } from '../system/running.ts';
import { makeShop, request, type Shop } from '../system/shop.ts';
import { useBrowser } from './browser.ts';
import { makeShopper, type Shopper } from './shopper.ts';

/** The running storefront, and what stands behind it, for the tests of one file. */
export function useStorefront() {
  const { visit } = useBrowser();
  let endpoints: Endpoints;
  let shop: Shop;
  beforeAll(async () => {
    endpoints = await runningSystem();
    shop = makeShop(endpoints);
  });
  const ordersUrl = () => `${endpoints.order}/api/orders`;

  return {
    shop: () => shop,
    endpoints: () => endpoints,

    async enter(options?: BrowserContextOptions): Promise<Shopper> {
      return makeShopper(await visit(options), endpoints.storefront ?? '');
    },

    /** The same shopper's browser once more. */
    async anotherTab(shopper: Shopper): Promise<Shopper> {
      return makeShopper(await shopper.page.context().newPage(), endpoints.storefront ?? '');
    },

    /** A product of the test's own, by the name that it has in the shop. */
    async stocked(stock: number): Promise<{ productId: string; name: string }> {
      const productId = await shop.newProduct(stock, { lowStockThreshold: 4 });
      return { productId, name: `Test ${productId}` };
    },

    async ordersOf(productId: string): Promise<OrderPage['orders']> {
      const url = `${ordersUrl()}?productId=${productId}`;
      return (await request<OrderPage>(url, { headers: { 'x-functions-key': endpoints.operatorKey } })).body.orders;
    },

    /** Stands between the page and the order service for `POST /api/orders`; the calls of `handle` are counted from 1. */
    interceptOrders(page: Page, handle: (route: Route, call: number) => Promise<void>) {
      let calls = 0;
      return page.route(ordersUrl(), (route) => {
        if (route.request().method() !== 'POST') return route.continue();
        calls += 1;
        return handle(route, calls);
      });
    },

    /** The idempotency keys that the page has sent, in their order. */
    watchKeys(page: Page): string[] {
      const keys: string[] = [];
      page.on('request', (sent) => {
        if (sent.method() === 'POST' && sent.url() === ordersUrl()) keys.push(sent.postDataJSON().idempotencyKey);
      });
      return keys;
    },

    /** Lets the gRPC host misbehave during `work`, and leaves it as it was: an order is confirmed at once again. */
    async withFaults(faults: object, productId: string, work: () => Promise<void>): Promise<void> {
      const set = (body: object) =>
        request(`${endpoints.inventory}/api/ops/chaos`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json', 'x-functions-key': endpoints.operatorKey },
          body: JSON.stringify(body),
        });
      const answered = (status: number) =>
        expect
          .poll(async () => (await shop.order({ productId, quantity: 1 })).status, { timeout: 40_000, interval: 500 })
          .toBe(status);
      expect((await set(faults)).status).toBe(200);
      try {
        await answered(202);
        await work();
      } finally {
        await set({ gremlin: { mode: 'off' }, schrodinger: { mode: 'off' } });
        await answered(201);
      }
    },
  };
}
