import { beforeAll, expect, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { runningSystem } from '../system/running.ts';
import { makeShop, type Shop } from '../system/shop.ts';
import { accessibilityFaults } from './accessibility.ts';
import { useBrowser } from './browser.ts';
import { makeOperator, type Operator } from './operator.ts';

const { visit } = useBrowser();
let endpoints: Endpoints;
let shop: Shop;

beforeAll(async () => {
  endpoints = await runningSystem();
  shop = makeShop(endpoints);
});

async function arrive(): Promise<Operator> {
  const operator = makeOperator(await visit(), endpoints);
  await operator.open();
  return operator;
}

test('axe finds nothing in light, in dark or on a phone, well or in trouble, and nothing is too wide', {
  timeout: 180_000,
}, async () => {
  const productId = await shop.newProduct(8, { lowStockThreshold: 5 });
  const orderId = String((await shop.order({ productId, quantity: 4 })).body.orderId);
  await shop.order({ productId, quantity: 50 });
  const operator = await arrive();
  const { page, panel } = operator;
  const faults: string[] = [];
  const inspect = async (what: string) => faults.push(...(await accessibilityFaults(page, what)));

  await inspect('the door');
  await operator.signIn('wrong');
  await page.getByText('This operator key is not accepted.').waitFor();
  await inspect('a refused key');
  await operator.signIn();
  await operator.orderRow(orderId).waitFor();
  await inspect('the room');
  await operator.orderRow(orderId).click();
  await page
    .getByRole('dialog')
    .getByText(/→ Confirmed/)
    .waitFor({ timeout: 40_000 });
  await inspect('an order');
  await page.keyboard.press('Escape');

  await panel('Faults on purpose').getByRole('radio', { name: 'Every nth' }).check();
  await panel('Faults on purpose').getByRole('radio', { name: 'Error' }).check();
  await inspect('the switches');
  await panel('Faults on purpose').getByRole('button', { name: 'Apply' }).click();
  await inspect('a question');
  await operator.confirm('Inject faults');
  await page.getByText('Faults are being injected on purpose.').waitFor();
  await inspect('faults on purpose');
  // Nobody answers: everything shows that it is not fresh.
  await page.route(/\/(health|api\/)/, (route) => route.abort());
  await panel('Services').getByText('Unreachable').first().waitFor({ timeout: 30_000 });
  await inspect('services away');
  await page.unroute(/\/(health|api\/)/);
  await page.getByRole('button', { name: 'All off' }).click();
  await page.getByText('No faults are injected on purpose.').waitFor({ timeout: 30_000 });
  expect(faults).toEqual([]);
});

test('everything that can be done is done by keyboard', { timeout: 120_000 }, async () => {
  const operator = await arrive();
  const { page } = operator;
  const tabTo = async (what: string, isThere: string) => {
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(isThere)) return;
    }
    throw new Error(`No number of tabs leads to ${what}.`);
  };
  await tabTo('the key', `document.activeElement.id === 'operator-key'`);
  await page.keyboard.type(endpoints.operatorKey);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();

  const productId = await shop.newProduct(5);
  const orderId = String((await shop.order({ productId, quantity: 1 })).body.orderId);
  await operator.orderRow(orderId).waitFor();
  await tabTo('an order', `document.activeElement.hash?.startsWith('#order/')`);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  // The focus is back where it was.
  expect(await page.evaluate(`document.activeElement.hash?.startsWith('#order/')`)).toBe(true);

  await tabTo('the Gremlin', `document.activeElement.name === 'gremlin-mode'`);
  await page.keyboard.press('ArrowRight');
  expect(await page.evaluate(`document.activeElement.value`)).toBe('random');
  await tabTo('Apply', `document.activeElement.textContent === 'Apply'`);
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('No faults are injected on purpose.').waitFor();
});
