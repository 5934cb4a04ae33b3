/**
 * Makes the pictures of the storefront in docs/images anew, from a system of its own: node tests/e2e/screenshots.ts.
 * Build first; the pictures show what is in the dist folders.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { makeShop } from '../system/shop.ts';
import { startSystem } from '../system/start.ts';
import { launchBrowser } from './browser.ts';
import { whileFrozen } from './frozen.ts';
import { makeShopper, type Shopper } from './shopper.ts';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const desk = { viewport: { width: 1280, height: 860 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
const beans = 'Espresso beans, dark roast, 1 kg';
const grinder = 'Hand grinder with steel burrs';

await mkdir(images, { recursive: true });
const system = await startSystem({ sites: true });
const endpoints = await system.endpoints();
const shop = makeShop(endpoints);
const browser = await launchBrowser();

async function picture(
  name: string,
  options: BrowserContextOptions,
  walk: (shopper: Shopper, take: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const visitor = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await visitor.newPage();
  const shopper = makeShopper(page, endpoints.storefront ?? '');
  await walk(shopper, async () => {
    // From the top, and with nothing hovered.
    await page.evaluate('window.scrollTo(0, 0)');
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${images}storefront-${name}.png`, animations: 'disabled' });
    console.log(`docs/images/storefront-${name}.png`);
  });
  await visitor.close();
}

async function fillCart(shopper: Shopper): Promise<void> {
  await shopper.open();
  await shopper.addToCart(beans, 2);
  await shopper.addToCart(grinder);
}

async function wait(shopper: Shopper, take: () => Promise<void>): Promise<void> {
  await fillCart(shopper);
  await shopper.goToCheckout();
  await whileFrozen(system.home, ['grpc', 'inventory'], async () => {
    await shopper.placeOrder();
    await shopper.seeHeading('The warehouse is slow');
    await shopper.seeText(/Waiting for \d+ s/);
    await take();
  });
}

const nothing = async () => {};

try {
  // What is low and what is sold out.
  await shop.order({ productId: 'decaf-beans-500g', quantity: 80 });
  await shop.order({ productId: 'paper-filters-100', quantity: 100 });
  await shop.order({ items: [{ productId: 'pour-over-set', quantity: 60 }] });

  for (const colorScheme of ['light', 'dark'] as const) {
    const suffix = colorScheme === 'dark' ? '-dark' : '';
    await picture(`catalogue${suffix}`, { ...desk, colorScheme }, async (shopper, take) => {
      await fillCart(shopper);
      await take();
    });
    await picture(`waiting${suffix}`, { ...desk, colorScheme }, wait);
    await picture(`recovered${suffix}`, { ...desk, colorScheme }, async (shopper, take) => {
      await wait(shopper, nothing);
      await shopper.seeHeading('Your order is confirmed');
      await shopper.seeText('This page changes by itself.');
      await take();
    });
  }
  await picture('phone', phone, async (shopper, take) => {
    await fillCart(shopper);
    await take();
  });
  await picture('phone-waiting-dark', { ...phone, colorScheme: 'dark' }, wait);
  await picture('cart', desk, async (shopper, take) => {
    await fillCart(shopper);
    await shopper.goTo('Cart');
    await shopper.seeHeading('Your cart');
    await take();
  });
  await picture('failed', desk, async (shopper, take) => {
    await shopper.open();
    await shopper.addToCart('Electric grinder, 40 steps', 3);
    await shopper.addToCart(beans);
    await shopper.goToCheckout();
    await shop.order({ productId: 'electric-grinder', quantity: 16 });
    await shopper.placeOrder();
    await shopper.seeHeading('We could not fill this order');
    await take();
  });
} finally {
  await browser.close();
  await system.stop();
}
