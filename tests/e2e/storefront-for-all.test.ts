import { expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { useStorefront } from './storefront.ts';

const { endpoints, enter, shop } = useStorefront();

const orderOf = async (productId: string, quantity: number): Promise<string> =>
  String((await shop().order({ productId, quantity })).body.orderId);

test('axe finds nothing on any page in light, in dark or on a phone, and no page is too wide', {
  timeout: 180_000,
}, async () => {
  const productId = await shop().newProduct(5);
  const name = `Test ${productId}`;
  const [failed, cancelled] = [await orderOf(productId, 9), await orderOf(productId, 1)];
  await shop().cancel(cancelled);
  const shopper = await enter();
  const faults: string[] = [];
  const inspect = async (what: string) => faults.push(...(await accessibilityFaults(shopper.page, what)));

  await shopper.open('/cart');
  await inspect('the empty cart');
  await shopper.open('/orders');
  await inspect('no orders');
  await shopper.open('/nowhere');
  await inspect('not found');
  await shopper.goTo('Shop');
  await shopper.addToCart(name, 3);
  await inspect('the catalogue');
  await shopper.goTo('Cart');
  await shopper.seeHeading('Your cart');
  await inspect('the cart');
  await shopper.goToCheckout();
  await inspect('the checkout');
  await shopper.placeOrder();
  await shopper.seeText('This page changes by itself.');
  await inspect('a confirmed order');
  await shopper.page.getByRole('button', { name: 'Cancel order' }).click();
  await shopper.page.getByRole('dialog').waitFor();
  await inspect('the question before cancelling');
  await shopper.page.getByRole('button', { name: 'Keep the order' }).click();
  await shopper.goTo('Orders');
  await shopper.seeText('Confirmed');
  await inspect('the orders');
  await shopper.open(`/orders/${failed}`);
  await shopper.seeHeading('We could not fill this order');
  await inspect('a failed order');
  await shopper.open(`/orders/${cancelled}`);
  await shopper.seeHeading('This order is cancelled');
  await inspect('a cancelled order');
  await shopper.page.route(/\/negotiate$/, (route) => route.abort());
  await shopper.page.route(/\/api\/orders\/[^/]+$/, async (route) => {
    const answer = await route.fetch();
    const order = await answer.json();
    await route.fulfill({
      response: answer,
      json: { ...order, status: 'pending_verification', history: waiting(order) },
    });
  });
  await shopper.open(`/orders/${failed}`);
  await shopper.seeHeading('The warehouse is slow');
  await inspect('an order that waits');
  expect(faults).toEqual([]);
});

/** The history of an order as if the warehouse had not answered yet. */
const waiting = ({ createdAt }: { createdAt: string }) =>
  (['pending', 'pending_verification'] as const).map((to, index) => ({
    orderVersion: index + 1,
    from: index === 0 ? null : 'pending',
    to,
    reason: null,
    at: createdAt,
  }));

test('everything can be done with the keyboard alone, and the focus goes along', async () => {
  const productId = await shop().newProduct(5);
  const { page, open, seeHeading } = await enter();
  const press = (key: string) => page.keyboard.press(key);
  const focused = () => page.evaluate('document.activeElement.textContent || document.activeElement.ariaLabel');
  const tabTo = async (name: RegExp) => {
    for (let steps = 0; steps < 120; steps += 1) {
      await press('Tab');
      const label = await page.evaluate(
        '(document.activeElement.ariaLabel ?? "") + " " + document.activeElement.textContent.trim()',
      );
      if (name.test(String(label))) return;
    }
    throw new Error(`Nothing like ${name} can be reached with the Tab key.`);
  };

  await open();
  await page.getByRole('button', { name: `Add to cart: Test ${productId}` }).waitFor();
  await press('Tab');
  expect(await focused()).toBe('Skip to the content');
  await press('Enter');
  await tabTo(new RegExp(`^Add to cart: Test ${productId}`));
  await press('Enter');
  await press('Shift+Tab');
  await page.evaluate('document.querySelector(".skip-link").focus()');
  await tabTo(/^ ?Cart/);
  await press('Enter');
  await seeHeading('Your cart');
  expect(await focused()).toBe('Your cart');
  await tabTo(/^One more of/);
  await press('Space');
  await tabTo(/Go to checkout/);
  await press('Enter');
  await seeHeading('Check and order');
  await page.locator('button[aria-disabled="false"]', { hasText: 'Place order' }).waitFor();
  await tabTo(/Place order/);
  await press('Enter');
  await seeHeading('Your order is confirmed');
  expect(await focused()).toBe('Your order is confirmed');
  await tabTo(/Cancel order/);
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await focused()).toBe('Cancel order');
});

test('a change of an order is told to a screen reader, politely', async () => {
  const orderId = await orderOf(await shop().newProduct(5), 1);
  const { page, open, seeText } = await enter();
  await open(`/orders/${orderId}`);
  await seeText('This page changes by itself.');
  await shop().ship(orderId);
  await page.getByRole('status').filter({ hasText: 'Your order is on its way. It has left the warehouse.' }).waitFor();
});

test('a chosen theme stays, and wins over that of the system', async () => {
  const { page, open } = await enter({ colorScheme: 'light' });
  const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
  await open();
  const light = await paper();
  const toggle = page.getByRole('button', { name: /^Colours/ });
  await toggle.click();
  await toggle.click();
  const dark = await paper();
  expect(dark).not.toBe(light);
  await page.reload();
  expect(await paper()).toBe(dark);
  await toggle.click();
  expect(await paper()).toBe(light);
});

test('the page does not jump while it is filled', async () => {
  const { page, open } = await enter();
  await page.route(`${endpoints().inventory}/api/products`, async (route) => {
    const answer = await route.fetch();
    await new Promise((resolve) => setTimeout(resolve, 400));
    await route.fulfill({ response: answer });
  });
  await page.addInitScript(`
    window.shifted = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  `);
  await open();
  await page.getByRole('heading', { name: 'Coffee', exact: true }).waitFor();
  // Google's limit for good is 0.1.
  expect(await page.evaluate('window.shifted')).toBeLessThan(0.02);
});

test('the page asks nobody but the shop itself, and holds no key', async () => {
  const { page, open, addToCart, goToCheckout, placeOrder, seeText } = await enter();
  const asked = new Set<string>();
  const headers = new Set<string>();
  page.on('request', (sent) => {
    asked.add(new URL(sent.url()).origin);
    for (const name of Object.keys(sent.headers())) headers.add(name);
  });
  page.on('websocket', (socket) => asked.add(new URL(socket.url()).origin));
  const productId = await shop().newProduct(5);
  await open();
  await addToCart(`Test ${productId}`);
  await goToCheckout();
  await placeOrder();
  await seeText('This page changes by itself.');
  const webPubSub = /Endpoint=http:\/\/([^;]+)/.exec(endpoints().webPubSub ?? '')?.[1];
  const own = [endpoints().storefront, endpoints().order, endpoints().inventory, `ws://${webPubSub}`].map(
    (url) => new URL(url ?? '').origin,
  );
  expect([...asked].toSorted()).toEqual(own.toSorted());
  expect([...headers].filter((name) => /key|auth|cookie/i.test(name))).toEqual([]);
});
