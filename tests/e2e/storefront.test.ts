import type { OrderPage } from '@valerix/contracts/order-api';
import type { BrowserContextOptions, Page, Route } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type Endpoints, readEndpoints } from '../../local/endpoints.ts';
import { makeShop, request, type Shop } from '../system/shop.ts';
import { useBrowser } from './browser.ts';
import { whileFrozen } from './frozen.ts';
import { makeShopper, type Shopper } from './shopper.ts';

const { visit } = useBrowser();
const home = inject('e2eHome');
let endpoints: Endpoints;
let shop: Shop;
let storefront: string;

beforeAll(async () => {
  endpoints = await readEndpoints(home);
  shop = makeShop(endpoints);
  storefront = endpoints.storefront ?? '';
});

async function enter(options?: BrowserContextOptions): Promise<Shopper> {
  return makeShopper(await visit(options), storefront);
}

/** A product of the test's own, by the name that it has in the shop. */
async function stocked(stock: number): Promise<{ productId: string; name: string }> {
  const productId = await shop.newProduct(stock, { lowStockThreshold: 4 });
  return { productId, name: `Test ${productId}` };
}

async function ordersOf(productId: string): Promise<OrderPage['orders']> {
  const url = `${endpoints.order}/api/orders?productId=${productId}`;
  return (await request<OrderPage>(url, { headers: { 'x-functions-key': endpoints.operatorKey } })).body.orders;
}

const ordersUrl = () => `${endpoints.order}/api/orders`;

/** Stands between the page and the order service for `POST /api/orders`; the calls of `handle` are counted from 1. */
const interceptOrders = (page: Page, handle: (route: Route, call: number) => Promise<void>) => {
  let calls = 0;
  return page.route(ordersUrl(), (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    calls += 1;
    return handle(route, calls);
  });
};

/** The idempotency keys that the page has sent, in their order. */
function watchKeys(page: Page): string[] {
  const keys: string[] = [];
  page.on('request', (sent) => {
    if (sent.method() === 'POST' && sent.url() === ordersUrl()) keys.push(sent.postDataJSON().idempotencyKey);
  });
  return keys;
}

/** Lets the gRPC host misbehave during `work`, and leaves it as it was: an order is confirmed at once again. */
async function withFaults(faults: object, productId: string, work: () => Promise<void>): Promise<void> {
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
}

describe('buying', () => {
  test('a shopper browses, fills a cart with several products, orders and sees the order confirmed', async () => {
    const [first, second] = [await stocked(30), await stocked(30)];
    const shopper = await enter();
    await shopper.open();
    await shopper.addToCart(first.name, 2);
    await shopper.addToCart(second.name);
    await shopper.goTo('Cart');
    await shopper.page.getByRole('textbox', { name: `Quantity of ${second.name}` }).fill('5');
    await shopper.page.keyboard.press('Enter');
    await shopper.seeText('7 pieces, nothing ordered yet.');
    await shopper.goToCheckout();
    await shopper.seeText('€87.50');
    await shopper.placeOrder();
    await shopper.seeHeading('Your order is confirmed');

    const order = await shop.find(shopper.orderId());
    expect(order).toMatchObject({ status: 'confirmed', totalMinor: 8_750 });
    expect(order.items.map(({ productId, quantity }) => [productId, quantity])).toEqual([
      [first.productId, 2],
      [second.productId, 5],
    ]);
    await shopper.goTo('Orders');
    await shopper.seeText('1 order placed with this browser');
    await shopper.page.getByRole('link', { name: new RegExp(`${first.name} and 1 other thing.*Confirmed`) }).waitFor();
    await shopper.goTo('Cart');
    await shopper.seeHeading('Your cart is empty');
  });

  test('an order that the warehouse cannot fill says why, stays reachable, and goes on with what is left', async () => {
    const { productId, name } = await stocked(2);
    const shopper = await enter();
    await shopper.open();
    await shopper.addToCart(name, 2);
    await shopper.goToCheckout();
    await shop.order({ productId, quantity: 1 });
    await shopper.placeOrder();
    await shopper.seeHeading('We could not fill this order');
    await shopper.seeText(`You asked for 2 of ${name}, and 1 is left.`);
    const failed = shopper.orderId();
    expect(await shop.find(failed)).toMatchObject({ status: 'failed', reason: 'insufficient_stock' });

    await shopper.page.getByRole('button', { name: 'Put what is left into the cart' }).click();
    await shopper.seeText('1 piece, nothing ordered yet.');
    await shopper.goToCheckout();
    await shopper.placeOrder();
    await shopper.seeHeading('Your order is confirmed');
    await shopper.open(`/orders/${failed}`);
    await shopper.seeText(`You asked for 2 of ${name}, and 1 is left.`);
  });

  test('stock that others take away shows without a reload, down to sold out', async () => {
    const { productId, name } = await stocked(8);
    const shopper = await enter();
    await shopper.open();
    const product = shopper.page.getByRole('listitem').filter({ hasText: name });
    await product.getByText('8 in stock').waitFor();
    await shop.order({ productId, quantity: 5 });
    await product.getByText('Only 3 left').waitFor();
    await shop.order({ productId, quantity: 3 });
    await product.getByText('Sold out').waitFor();
    // Still there for the keyboard, and without effect.
    await product.getByRole('button').press('Enter');
    await shopper.page.getByRole('link', { name: 'Cart 0 pieces' }).waitFor();
  });

  test('a confirmed order can be cancelled after a question, and its stock is back', async () => {
    const { productId, name } = await stocked(4);
    const shopper = await enter();
    await shopper.open();
    await shopper.addToCart(name, 4);
    await shopper.goToCheckout();
    await shopper.placeOrder();
    await shopper.seeHeading('Your order is confirmed');
    await shopper.page.getByRole('button', { name: 'Cancel order' }).click();
    await shopper.page.getByRole('button', { name: 'Keep the order' }).click();
    expect((await shop.find(shopper.orderId())).status).toBe('confirmed');
    await shopper.page.getByRole('button', { name: 'Cancel order' }).click();
    await shopper.page.getByRole('button', { name: 'Cancel it' }).click();
    await shopper.seeHeading('This order is cancelled');
    expect((await shop.find(shopper.orderId())).status).toBe('cancelled');
    await expect.poll(async () => (await shop.product(productId)).stock, { timeout: 15_000 }).toBe(4);
  });

  test('an order that leaves the warehouse says so by itself, over push and without a poll', async () => {
    const { name } = await stocked(4);
    const shopper = await enter();
    await shopper.open();
    await shopper.addToCart(name);
    await shopper.goToCheckout();
    await shopper.placeOrder();
    await shopper.seeText('This page changes by itself.');
    await shop.ship(shopper.orderId());
    await shopper.seeHeading('Your order is on its way');
  });
});

describe('one purchase is one order', () => {
  async function atCheckout(): Promise<{ shopper: Shopper; productId: string; name: string; keys: string[] }> {
    const product = await stocked(50);
    const shopper = await enter();
    const keys = watchKeys(shopper.page);
    await shopper.open();
    await shopper.addToCart(product.name);
    await shopper.goToCheckout();
    return { shopper, ...product, keys };
  }

  test('whose answer was lost, by asking again with the same key', async () => {
    const { shopper, productId, keys } = await atCheckout();
    await interceptOrders(shopper.page, async (route, call) => {
      if (call > 1) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await shopper.placeOrder();
    await shopper.seeText('asking again is safe');
    await shopper.seeHeading('Your order is confirmed');
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(await ordersOf(productId)).toHaveLength(1);
  });

  test('that was clicked twice, and then the way back was taken', async () => {
    const { shopper, productId, keys } = await atCheckout();
    await interceptOrders(shopper.page, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer });
    });
    await shopper.page.getByRole('button', { name: 'Place order' }).dblclick();
    await shopper.seeHeading('Your order is confirmed');
    await shopper.page.goBack();
    await shopper.seeHeading('Your cart is empty');
    expect(keys).toHaveLength(1);
    expect(await ordersOf(productId)).toHaveLength(1);
  });

  test('whose page was loaded anew while it was on its way', async () => {
    const { shopper, productId, keys } = await atCheckout();
    await interceptOrders(shopper.page, async (route, call) => {
      // The first answer finds no page any more.
      if (call === 1) return void (await route.fetch());
      await route.continue();
    });
    await shopper.placeOrder();
    await shopper.seeText('We are asking the warehouse.');
    await expect.poll(() => ordersOf(productId), { timeout: 10_000 }).toHaveLength(1);
    await shopper.page.reload();
    await shopper.seeHeading('Your order is confirmed');
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(await ordersOf(productId)).toHaveLength(1);
  });

  test('that was left behind on its way: the page gone to tells of it', async () => {
    const { shopper, productId } = await atCheckout();
    let letGo: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await interceptOrders(shopper.page, async (route) => {
      await held;
      await route.continue();
    });
    await shopper.placeOrder();
    await shopper.seeText('We are asking the warehouse.');
    await shopper.goTo('Shop');
    await shopper.seeText('Your order is on its way to the shop.');
    letGo();
    await shopper.page.getByRole('link', { name: 'See your order' }).click();
    await shopper.seeHeading('Your order is confirmed');
    expect(await ordersOf(productId)).toHaveLength(1);
  });

  test('in two tabs, which share the cart and the key', async () => {
    const { shopper, productId, keys } = await atCheckout();
    const other = makeShopper(await shopper.page.context().newPage(), storefront);
    const otherKeys = watchKeys(other.page);
    await other.open('/checkout');
    // Held until both have asked, so that neither finds the cart already ordered.
    await Promise.all(
      [shopper, other].map(({ page }) =>
        interceptOrders(page, async (route) => {
          await expect.poll(() => keys.length + otherKeys.length, { timeout: 15_000 }).toBe(2);
          await route.continue();
        }),
      ),
    );
    await Promise.all([shopper.placeOrder(), other.placeOrder()]);
    await Promise.all([shopper.seeHeading('Your order is confirmed'), other.seeHeading('Your order is confirmed')]);
    expect(new Set([...keys, ...otherKeys]).size).toBe(1);
    expect(await ordersOf(productId)).toHaveLength(1);
  });

  test('until the cart is changed: then the next one has a key of its own', async () => {
    const { shopper, productId, name, keys } = await atCheckout();
    await interceptOrders(shopper.page, (route, call) =>
      call === 1 ? route.abort('connectionreset') : route.continue(),
    );
    await shopper.placeOrder();
    await shopper.seeText('We could not reach the shop');
    await shopper.page.getByRole('link', { name: 'Change the cart' }).click();
    await shopper.page.getByRole('button', { name: 'Forget it' }).click();
    await shopper.page.getByRole('button', { name: `One more of ${name}` }).click();
    await shopper.goToCheckout();
    await shopper.placeOrder();
    await shopper.seeHeading('Your order is confirmed');
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(2);
    expect((await ordersOf(productId)).map(({ items }) => items[0]?.quantity)).toEqual([2]);
  });
});

describe('when something is wrong', () => {
  const problem = (code: string, retryAfterSeconds: number) => ({
    status: code === 'too_many_requests' ? 429 : 503,
    contentType: 'application/problem+json',
    headers: { 'access-control-allow-origin': '*' },
    body: JSON.stringify({ code, retryAfterSeconds }),
  });

  test('an order that the warehouse is too slow for is kept, and recovers by polling with push cut off', async () => {
    const { name } = await stocked(10);
    const shopper = await enter();
    await shopper.page.route(/\/negotiate$/, (route) => route.fulfill(problem('temporarily_unavailable', 2)));
    await shopper.open();
    await shopper.addToCart(name, 2);
    await shopper.goToCheckout();
    // The one that reserves does not answer, and neither does the one that would find that out.
    await whileFrozen(home, ['grpc', 'inventory'], async () => {
      await shopper.placeOrder();
      await shopper.seeHeading('The warehouse is slow');
      await shopper.seeText('you do not need to order again');
      await shopper.seeText('This page asks every 2 seconds by itself.');
      await shopper.goTo('Orders');
      await shopper.seeText('Waiting');
      await shopper.page.getByRole('link', { name: /Waiting/ }).click();
      await shopper.seeHeading('The warehouse is slow');
    });
    await shopper.seeHeading('Your order is confirmed');
    await shopper.seeText(/we kept your order, and .* later it was confirmed/);
    await shopper.seeText('Recovered and confirmed');
    expect((await shop.find(shopper.orderId())).history.map(({ to }) => to)).toEqual([
      'pending',
      'pending_verification',
      'confirmed',
    ]);
  });

  test.each([
    ['slow on purpose', { gremlin: { mode: 'random', minDelayMs: 4_000, maxDelayMs: 4_500 } }],
    ['dying after it has reserved', { schrodinger: { mode: 'exit', probability: 1 } }],
  ])('with the warehouse %s, an order recovers before the shopper’s eyes, without a reload', async (_what, faults) => {
    const { productId, name } = await stocked(100);
    const shopper = await enter();
    await shopper.open();
    await shopper.addToCart(name);
    await shopper.goToCheckout();
    await withFaults(faults, productId, async () => {
      await shopper.page.evaluate('window.loadedOnce = true');
      await shopper.placeOrder();
      await shopper.seeText('Recovered and confirmed');
      await shopper.seeHeading('Your order is confirmed');
      expect(await shopper.page.evaluate('window.loadedOnce')).toBe(true);
    });
  });

  test('an order that waits for the warehouse can be cancelled', async () => {
    const { productId, name } = await stocked(10);
    const shopper = await enter();
    await shopper.open();
    await shopper.addToCart(name, 2);
    await shopper.goToCheckout();
    await whileFrozen(home, ['grpc', 'inventory'], async () => {
      await shopper.placeOrder();
      await shopper.seeHeading('The warehouse is slow');
      await shopper.page.getByRole('button', { name: 'Cancel order' }).click();
      await shopper.page.getByRole('button', { name: 'Cancel it' }).click();
      await shopper.seeHeading('This order is cancelled');
    });
    await expect.poll(async () => (await shop.product(productId)).stock, { timeout: 20_000 }).toBe(10);
  });

  test('a shop that is too busy is asked again when it wants to be, and the shopper is told', async () => {
    const { productId, name } = await stocked(10);
    const shopper = await enter();
    const keys = watchKeys(shopper.page);
    await interceptOrders(shopper.page, (route, call) => {
      if (call === 1) return route.fulfill(problem('too_many_requests', 3));
      if (call === 2) return route.fulfill(problem('order_not_recorded', 1));
      return route.continue();
    });
    await shopper.open();
    await shopper.addToCart(name);
    await shopper.goToCheckout();
    await shopper.placeOrder();
    await shopper.seeText('The shop is very busy at this moment, and nothing was ordered yet.');
    await shopper.seeText('in 3 s');
    await shopper.seeText('The shop cannot take orders at this moment.');
    await shopper.seeHeading('Your order is confirmed');
    expect(new Set(keys).size).toBe(1);
    expect(await ordersOf(productId)).toHaveLength(1);
  });

  test('a shop that cannot see its shelves says so, and shows them when it can again', async () => {
    const shopper = await enter();
    let isAway = true;
    await shopper.page.route(`${endpoints.inventory}/api/products`, (route) =>
      isAway ? route.fulfill(problem('temporarily_unavailable', 1)) : route.continue(),
    );
    await shopper.open();
    await shopper.seeText('The shop cannot see its shelves right now.');
    isAway = false;
    await shopper.page.getByRole('heading', { name: 'Coffee', exact: true }).waitFor();
    isAway = true;
    await shopper.seeText(/These counts are from/);
    await shopper.page.getByRole('heading', { name: 'Coffee', exact: true }).waitFor();
  });

  test('a page that loses the network says so until it is back', async () => {
    const shopper = await enter();
    await shopper.open();
    await shopper.page.context().setOffline(true);
    await shopper.seeText('You are offline.');
    await shopper.page.context().setOffline(false);
    await shopper.page.getByText('You are offline.').waitFor({ state: 'detached' });
  });

  test('an order that nobody knows, a broken address and an unknown page have pages of their own', async () => {
    const shopper = await enter();
    await shopper.open('/orders/0d5b1f6e-58a4-4b0e-9f1c-7d6a7a1f0001');
    await shopper.seeHeading('We do not know this order');
    await shopper.open('/orders/no-order');
    await shopper.seeHeading('We do not know this order');
    await shopper.open('/nowhere/at/all');
    await shopper.seeHeading('There is nothing on this shelf');
    await shopper.open('/orders');
    await shopper.seeHeading('No orders yet');
  });
});
