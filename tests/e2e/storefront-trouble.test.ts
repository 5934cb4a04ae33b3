import { describe, expect, inject, test } from 'vitest';
import { whileFrozen } from './frozen.ts';
import { useStorefront } from './storefront.ts';

const { shop, endpoints, enter, stocked, ordersOf, interceptOrders, watchKeys, withFaults } = useStorefront();
const home = inject('systemHome');

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
    expect((await shop().find(shopper.orderId())).history.map(({ to }) => to)).toEqual([
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
    await expect.poll(async () => (await shop().product(productId)).stock, { timeout: 20_000 }).toBe(10);
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
    await shopper.page.route(`${endpoints().inventory}/api/products`, (route) =>
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
