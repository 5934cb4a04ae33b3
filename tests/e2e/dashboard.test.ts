import { ServiceBusClient } from '@azure/service-bus';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Endpoints, readEndpoints } from '../../local/endpoints.ts';
import { whileNotReading } from '../system/not-reading.ts';
import { runningSystem } from '../system/running.ts';
import { makeShop, type Shop } from '../system/shop.ts';
import { until } from '../system/until.ts';
import { useBrowser } from './browser.ts';
import { whileFrozen } from './frozen.ts';
import { makeOperator, type Operator } from './operator.ts';

const { visit } = useBrowser();
const home = inject('systemHome');
let endpoints: Endpoints;
let shop: Shop;
let bus: ServiceBusClient;

beforeAll(async () => {
  endpoints = await runningSystem();
  shop = makeShop(endpoints);
  bus = new ServiceBusClient(endpoints.serviceBus);
});
afterAll(() => bus.close());

/** At the door. */
async function arrive(options?: BrowserContextOptions): Promise<Operator> {
  const operator = makeOperator(await visit(options), endpoints);
  await operator.open();
  return operator;
}

/** Signed in, with the live channel open. */
async function enter(options?: BrowserContextOptions): Promise<Operator> {
  const operator = await arrive(options);
  await operator.signIn();
  await operator.page.getByText('Live', { exact: true }).waitFor();
  return operator;
}

const place = async (productId: string, quantity = 1): Promise<string> =>
  String((await shop.order({ productId, quantity })).body.orderId);

describe('the door', () => {
  test('a wrong key is refused in words, the right one is accepted and kept in this tab only', async () => {
    const { page, signIn } = await arrive();
    await signIn('not-the-key');
    await page.getByRole('alert').getByText('This operator key is not accepted.').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);

    await signIn();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(1);
    expect(await page.evaluate('localStorage.length')).toBe(0);
    expect(page.url()).not.toContain(endpoints.operatorKey);

    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Operator key').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  test('a browser whose language Intl refuses still shows it', async () => {
    const page = await visit();
    await page.addInitScript(
      `Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix', configurable: true });`,
    );
    await makeOperator(page, endpoints).open();
    await page.getByLabel('Operator key').waitFor();
  });

  test('an operator whose key stops working is signed out and told why', async () => {
    const { page } = await enter();
    await page.route(`${endpoints.inventory}/api/ops/alerts`, (route) =>
      route.fulfill({ status: 401, headers: { 'access-control-allow-origin': '*' }, body: '{}' }),
    );
    await page.getByRole('alert').getByText('The operator key no longer works.').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  test('with both services away the operator learns that nobody could check the key', async () => {
    const { page, signIn } = await arrive();
    await page.route(/\/api\//, (route) => route.abort());
    await signIn();
    await page.getByRole('alert').getByText('Inventory service does not answer.').waitFor();
  });
});

describe('orders and stock', () => {
  test('an order appears as it happens, its states follow, and its whole timeline opens', async () => {
    const operator = await enter();
    const productId = await shop.newProduct(20);
    const orderId = await place(productId, 3);
    const row = operator.orderRow(orderId);
    await row.getByText('Confirmed').waitFor();
    await operator
      .panel('Stock')
      .getByRole('button', { name: /Show all/ })
      .click();
    const stock = operator.panel('Stock').getByRole('listitem').filter({ hasText: productId });
    await stock.getByText('17 on hand', { exact: true }).waitFor();

    await row.click();
    const dialog = operator.page.getByRole('dialog');
    await dialog.getByText(orderId).waitFor();
    for (const line of ['Pending → Confirmed', 'OrderCreated', 'OrderConfirmed', 'StockReserved']) {
      await dialog.getByText(line, { exact: true }).waitFor();
    }
    // What happens while it is open is added.
    await shop.ship(orderId);
    await dialog.getByText('Confirmed → Shipped').waitFor();
    await dialog.getByText('OrderShipped').waitFor();

    await operator.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await row.getByText('Shipped').waitFor();
    // Esc, like Back, leaves no order in the address.
    expect(operator.page.url()).not.toContain(orderId);
  });

  test('an order can be opened by its address, and one that does not exist says so', async () => {
    const productId = await shop.newProduct(5);
    const orderId = await place(productId);
    const { page } = await enter();
    await page.evaluate(`location.hash = 'order/${orderId}'`);
    await page.getByRole('dialog').getByText(`1 × Test ${productId}`).waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.evaluate(`location.hash = 'order/00000000-0000-4000-8000-000000000000'`);
    await page.getByText('The Order service knows no order of this id.').waitFor();
  });

  test('orders are filtered by status', async () => {
    const operator = await enter();
    const productId = await shop.newProduct(1);
    const [sold, refused] = [await place(productId), await place(productId, 2)];
    await operator.orderRow(sold).waitFor();
    await operator
      .panel('Orders')
      .getByRole('button', { name: /^Failed/ })
      .click();
    await operator.orderRow(refused).getByText('not enough stock').waitFor();
    expect(await operator.orderRow(sold).count()).toBe(0);
    await operator.panel('Stock').getByRole('listitem').filter({ hasText: productId }).getByText('Sold out').waitFor();
  });

  test('a list under the mouse holds its rows still and says how many came since', async () => {
    const operator = await enter();
    const productId = await shop.newProduct(50);
    const first = await place(productId);
    await operator.orderRow(first).getByText('Confirmed').waitFor();
    await operator.orderRow(first).hover();
    const second = await place(productId);
    await operator
      .panel('Orders')
      .getByText(/held still · [1-9]/)
      .waitFor();
    expect(await operator.orderRow(second).count()).toBe(0);
    await operator.page.mouse.move(0, 0);
    await operator.orderRow(second).waitFor();
  });
});

describe('trouble', () => {
  test('faults switched on here turn the alert red within seconds and say that they are on purpose; off, it is green again', {
    timeout: 180_000,
  }, async () => {
    const operator = await enter();
    const { page, panel } = operator;
    const productId = await shop.newProduct(1_000);
    await page.getByRole('heading', { name: 'All systems well' }).waitFor({ timeout: 60_000 });

    // Slow, but not so slow that the breaker opens and makes orders fast again.
    const switches = panel('Faults on purpose');
    await switches.getByRole('radio', { name: 'Random' }).check();
    await switches.getByRole('textbox', { name: /^from/ }).fill('1500');
    await switches.getByRole('textbox', { name: /^to/ }).fill('1900');
    await switches.getByRole('button', { name: 'Apply' }).click();
    await operator.confirm('Inject faults');
    const strip = page.getByRole('complementary', { name: 'Faults on purpose' });
    await strip.getByText('Faults are being injected on purpose.').waitFor();
    await strip.getByText('Gremlin: every reservation waits 1.5–1.9 s').waitFor();
    // A host follows within a second; orders before it did would be fast.
    await switches.getByText('In force within a second.').waitFor();
    await until('the host to follow', async () => (await shop.order({ productId, quantity: 1 })).ms > 1_400);
    await strip.getByText(/off by itself in [0-5]:\d\d/).waitFor();

    const orders = Array.from({ length: 60 }, () => place(productId));
    await page.getByRole('heading', { name: /^Trouble: response time/ }).waitFor();
    await panel('What happened')
      .getByText(/Response time turned red/)
      .first()
      .waitFor();

    await strip.getByRole('button', { name: 'All off' }).click();
    await strip.getByText('No faults are injected on purpose.').waitFor({ timeout: 30_000 });
    await page.getByRole('heading', { name: 'All systems well' }).waitFor({ timeout: 90_000 });
    await panel('What happened').getByText('Response time is green again').first().waitFor();
    for (const orderId of await Promise.all(orders)) await shop.settled(orderId, ['confirmed']);
  });

  test('a warehouse host that is killed shows as unreachable, and as healthy once it is back', {
    timeout: 180_000,
  }, async () => {
    const { page, panel } = await enter();
    const host = panel('Services').getByRole('listitem').filter({ hasText: 'gRPC host' });
    await host.getByText('Healthy', { exact: true }).waitFor({ timeout: 60_000 });
    const killed = new Set<number>();
    // The supervisor starts it again at once, so it dies again until somebody has noticed.
    await until('the dashboard to show it', async () => {
      const pid = (await readEndpoints(home)).processes.grpc;
      if (pid !== undefined && !killed.has(pid)) {
        killed.add(pid);
        process.kill(pid, 'SIGKILL');
      }
      return host.getByText('Unreachable', { exact: true }).isVisible();
    });
    await page.getByRole('heading', { name: /^Trouble: .*health/ }).waitFor({ timeout: 30_000 });

    await host.getByText('Healthy', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('heading', { name: 'All systems well' }).waitFor({ timeout: 90_000 });
  });

  test('with the live channel gone the page reads every few seconds, and it is live again by itself', {
    timeout: 120_000,
  }, async () => {
    const operator = await enter();
    const productId = await shop.newProduct(10);
    const orderId = await whileFrozen(home, ['webpubsub'], async () => {
      await operator.page.getByText('Silent', { exact: true }).waitFor({ timeout: 30_000 });
      const placed = await place(productId);
      await operator.orderRow(placed).waitFor({ timeout: 20_000 });
      return placed;
    });
    await operator.page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 });
    await shop.cancel(orderId);
    await operator.orderRow(orderId).getByText('Cancelled').waitFor();
  });
});

describe('dead letters', () => {
  test('an operator looks at one, replays it, and its order is settled', { timeout: 120_000 }, async () => {
    const operator = await enter();
    const productId = await shop.newProduct(5);
    let orderId = '';
    await whileNotReading(home, endpoints, async () => {
      // A warehouse that neither answers nor remembers: stopped in its tracks, and then dead.
      const { grpc } = (await readEndpoints(home)).processes;
      if (grpc === undefined) throw new Error('The gRPC host is not running.');
      process.kill(grpc, 'SIGSTOP');
      orderId = await place(productId, 2);
      process.kill(grpc, 'SIGKILL');
      const receiver = bus.createReceiver('verify-orders');
      const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
      if (message === undefined) throw new Error('No VerifyOrder arrived.');
      await receiver.deadLetterMessage(message, {
        deadLetterReason: 'drill',
        deadLetterErrorDescription: 'on purpose',
      });
      await receiver.close();
    });

    const letters = operator.panel('Dead letters');
    await letters.getByText('drill').waitFor({ timeout: 30_000 });
    await letters.getByRole('button', { name: 'View VerifyOrder for verify-orders' }).click();
    const dialog = operator.page.getByRole('dialog');
    await dialog.getByText(orderId).first().waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();

    await letters.getByRole('button', { name: 'Replay VerifyOrder for verify-orders' }).click();
    await operator.confirm('Keep as it is');
    await letters.getByText('drill').waitFor();
    await letters.getByRole('button', { name: 'Replay VerifyOrder for verify-orders' }).click();
    await operator.confirm('Replay');
    await letters.getByText('Replayed: its reader has a fresh copy.').waitFor();
    await letters.getByText('drill').waitFor({ state: 'detached' });
    await operator.orderRow(orderId).getByText('Confirmed').waitFor({ timeout: 30_000 });
    expect((await shop.find(orderId)).status).toBe('confirmed');
  });

  test('one that nobody understands is discarded, and stays gone', { timeout: 120_000 }, async () => {
    const { panel, confirm } = await enter();
    const sender = bus.createSender('verify-orders');
    await sender.sendMessages({ subject: 'VerifyOrder', body: { eventType: 'Riddle', note: 'no event' } });
    await sender.close();
    const letters = panel('Dead letters');
    await letters.getByRole('button', { name: /^Discard .*verify-orders/ }).click({ timeout: 40_000 });
    await confirm('Discard');
    await letters.getByText('Every message found a reader that handled it.').waitFor();
  });
});
