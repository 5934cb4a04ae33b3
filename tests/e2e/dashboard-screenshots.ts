/**
 * Makes the pictures of the dashboard in docs/images anew, from a system of its own with shoppers in it:
 * node tests/e2e/dashboard-screenshots.ts. Build first; the pictures show what is in the dist folders.
 */
import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ServiceBusClient } from '@azure/service-bus';
import type { ProductPage } from '@valerix/contracts/inventory-api';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { makeShop, request } from '../system/shop.ts';
import { startSystem } from '../system/start.ts';
import { launchBrowser } from './browser.ts';
import { makeOperator, type Operator } from './operator.ts';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const desk = { viewport: { width: 1440, height: 1100 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
/** Long enough for the chart to tell something, short enough to wait for. */
const CALM_SECONDS = 100;
const ORDERS_PER_SECOND = 6;

await mkdir(images, { recursive: true });
const system = await startSystem({ sites: true });
const endpoints = await system.endpoints();
const shop = makeShop(endpoints);
const browser = await launchBrowser();

async function enter(options: BrowserContextOptions): Promise<Operator> {
  const visitor = await browser.newContext({ locale: 'en-GB', ...options });
  const operator = makeOperator(await visitor.newPage(), endpoints);
  await operator.open();
  return operator;
}

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${images}dashboard-${name}.png`, animations: 'disabled' });
  console.log(`docs/images/dashboard-${name}.png`);
}

async function takeInBoth(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await take(page, colorScheme === 'dark' ? `${name}-dark` : name);
  }
}

/** Shoppers who order, cancel and are shipped to, until `closed`. */
let closed = false;
async function trade(): Promise<void> {
  const { products } = (await request<ProductPage>(`${endpoints.inventory}/api/products`)).body;
  const restock = (productId: string) =>
    request(`${endpoints.inventory}/api/products/${productId}/restock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-functions-key': endpoints.operatorKey },
      body: JSON.stringify({ quantity: 1_500 }),
    });
  // Some are restocked and the others run out.
  for (const { productId } of products.slice(0, 9)) await restock(productId);
  const buy = async () => {
    const productId = products[randomInt(products.length)]?.productId ?? '';
    const { body } = await shop.order({ productId, quantity: 1 + randomInt(3), customerId: `c-${randomInt(90)}` });
    const fate = randomInt(12);
    if (fate === 0) await shop.cancel(String(body.orderId));
    if (fate <= 3 && fate > 0) await shop.ship(String(body.orderId));
  };
  while (!closed) {
    void buy().catch(() => undefined);
    await delay(1_000 / ORDERS_PER_SECOND);
  }
}

/** An operator has something to look into. */
async function loseLetter(): Promise<void> {
  const bus = new ServiceBusClient(endpoints.serviceBus);
  await bus.createSender('verify-orders').sendMessages({ subject: 'VerifyOrder', body: { eventType: 'VerifyOrder' } });
  await bus.close();
}

const trading = trade();
try {
  const door = await enter(desk);
  await take(door.page, 'sign-in');
  await door.signIn();
  const pocket = await enter({ ...phone, colorScheme: 'light' });
  await pocket.signIn();
  await delay(CALM_SECONDS * 1_000);
  await door.page.getByRole('heading', { name: 'All systems well' }).waitFor({ timeout: 60_000 });
  await takeInBoth(door.page, 'well');
  await take(pocket.page, 'phone');

  await door.page.emulateMedia({ colorScheme: 'light' });
  await door
    .panel('Orders')
    .getByRole('button', { name: /^Shipped/ })
    .click();
  await door.panel('Orders').getByRole('listitem').first().click();
  await door.page.getByRole('dialog').getByText('→ Shipped').waitFor();
  await take(door.page, 'order');
  await door.page.keyboard.press('Escape');
  await door.panel('Orders').getByRole('button', { name: /^All/ }).click();

  await loseLetter();
  const switches = door.panel('Faults on purpose');
  await switches.getByRole('radio', { name: 'Random' }).check();
  // Most orders are slow and a few too slow: with nothing but the latter the breaker would soon make them fast again.
  await switches.getByRole('textbox', { name: /^from/ }).fill('1200');
  await switches.getByRole('textbox', { name: /^to/ }).fill('2150');
  await switches.getByRole('button', { name: 'Apply' }).click();
  await door.confirm('Inject faults');
  await door.page.getByRole('heading', { name: /^Trouble/ }).waitFor({ timeout: 60_000 });
  await delay(12_000);
  await door.page.evaluate('scrollTo(0, 0)');
  await takeInBoth(door.page, 'trouble');
  await pocket.page.emulateMedia({ colorScheme: 'dark' });
  await take(pocket.page, 'phone-trouble-dark');
} finally {
  closed = true;
  await trading;
  await browser.close();
  await system.stop();
}
