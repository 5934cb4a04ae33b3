import { describe, expect, test } from 'vitest';
import type { Shopper } from './shopper.ts';
import { useStorefront } from './storefront.ts';

const { anotherTab, shop, enter, stocked, ordersOf, interceptOrders, watchKeys } = useStorefront();

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

    const order = await shop().find(shopper.orderId());
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
    await shop().order({ productId, quantity: 1 });
    await shopper.placeOrder();
    await shopper.seeHeading('We could not fill this order');
    await shopper.seeText(`You asked for 2 of ${name}, and 1 is left.`);
    const failed = shopper.orderId();
    expect(await shop().find(failed)).toMatchObject({ status: 'failed', reason: 'insufficient_stock' });

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
    await shop().order({ productId, quantity: 5 });
    await product.getByText('Only 3 left').waitFor();
    await shop().order({ productId, quantity: 3 });
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
    expect((await shop().find(shopper.orderId())).status).toBe('confirmed');
    await shopper.page.getByRole('button', { name: 'Cancel order' }).click();
    await shopper.page.getByRole('button', { name: 'Cancel it' }).click();
    await shopper.seeHeading('This order is cancelled');
    expect((await shop().find(shopper.orderId())).status).toBe('cancelled');
    await expect.poll(async () => (await shop().product(productId)).stock, { timeout: 15_000 }).toBe(4);
  });

  test('an order that leaves the warehouse says so by itself, over push and without a poll', async () => {
    const { name } = await stocked(4);
    const shopper = await enter();
    await shopper.open();
    await shopper.addToCart(name);
    await shopper.goToCheckout();
    await shopper.placeOrder();
    await shopper.seeText('This page changes by itself.');
    await shop().ship(shopper.orderId());
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
    const other = await anotherTab(shopper);
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
