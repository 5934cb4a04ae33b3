import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DatabaseProxy, startDatabaseProxy } from '../testing/database-proxy.ts';
import { behaviours, type InventoryServer, startInventoryServer } from '../testing/inventory-server.ts';
import { type OrderApp, startOrderApp } from '../testing/order-app.ts';
import { type OrdersDatabase, openOrdersDatabase } from '../testing/orders-database.ts';

let orders: OrdersDatabase;
let inventory: InventoryServer;
let proxy: DatabaseProxy;
let app: OrderApp;
let customerId: string;

beforeAll(async () => {
  orders = await openOrdersDatabase('database outages');
  inventory = await startInventoryServer();
});
afterAll(async () => {
  inventory.stop();
  await orders.drop();
});
beforeEach(async () => {
  customerId = randomUUID();
  inventory.behave(behaviours.reserves);
  inventory.calls.length = 0;
  proxy = await startDatabaseProxy(orders.url);
  app = startOrderApp({ ORDERS_DATABASE_URL: proxy.url, INVENTORY_GRPC_URL: inventory.url });
  // Connections exist before they break.
  await app.service.database.query('SELECT 1');
});
afterEach(async () => {
  proxy.heal();
  await app.close();
  await proxy.close();
});

/**
 * A frozen database would take for ever. The budget of this app is 2.5 s, before and after the reservation; the rest is for
 * what else the machine does.
 */
const QUICK_MS = 8_000;

const post = async (headers: Record<string, string> = {}) => {
  const startedAt = performance.now();
  const answer = await app.send('POST', '/api/orders', {
    body: { customerId, productId: 'lamp', quantity: 1 },
    headers,
  });
  return { ...answer, body: JSON.parse(answer.text), tookMs: performance.now() - startedAt };
};
const mine = () =>
  orders.database.query<{ order_id: string; status: string; reason: string | null }>(
    'SELECT order_id, status, reason FROM orders WHERE customer_id = $1',
    [customerId],
  );

describe('a database that goes away before the order is recorded', () => {
  test('and comes back soon costs the shopper a moment', async () => {
    proxy.cut();
    const answer = post();
    await expect.poll(() => proxy.refusals(), { interval: 5 }).toBeGreaterThan(0);
    proxy.heal();
    expect((await answer).status).toBe(201);
    expect(await mine()).toHaveLength(1);
  });

  test('after its commit still makes one order', async () => {
    proxy.loseNextAnswer();
    const answer = await post();
    expect(answer.status).toBe(201);
    expect(await mine()).toMatchObject([{ order_id: answer.body.orderId, status: 'confirmed' }]);
    expect(inventory.calls).toHaveLength(1);
  });

  test('and stays away makes a quick 503 that reserved nothing', async () => {
    proxy.cut();
    const answer = await post();
    expect(answer).toMatchObject({ status: 503, body: { code: 'order_not_recorded' } });
    expect(answer.tookMs).toBeLessThan(QUICK_MS);
    expect(await mine()).toEqual([]);
    expect((await app.send('GET', '/metrics')).text).toMatch(/database_errors_total(\{[^}]*\})? 1/);
  });

  test('and only hangs makes a quick 503, and what was not on its way is never written', async () => {
    proxy.freeze();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post()));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'order_not_recorded' } });
      expect(answer.tookMs).toBeLessThan(QUICK_MS);
    }
    proxy.heal();
    const after = await post();
    expect(after.status).toBe(201);
    expect(inventory.calls.map(({ request }) => request.orderId)).toEqual([after.body.orderId]);
    // What was on its way was written; the process that answered takes it back before anybody asks for its stock.
    const others = async () => (await mine()).filter(({ order_id }) => order_id !== after.body.orderId);
    await expect
      .poll(async () => (await others()).filter(({ status }) => status !== 'failed'), { timeout: 10_000 })
      .toEqual([]);
    expect((await others()).every(({ reason }) => reason === 'gave_up')).toBe(true);
    await app.runTimer('orders-sweep');
    expect(app.sent.map(({ message }) => message.subject)).not.toContain('VerifyOrder');
  });

  test('lets a retry with the same key find the order that was recorded after all', async () => {
    const key = { 'idempotency-key': randomUUID() };
    proxy.freeze();
    expect((await post(key)).status).toBe(503);
    proxy.heal();
    const retried = await post(key);
    expect([200, 201]).toContain(retried.status);
    await app.runTimer('orders-sweep');
    const written = await mine();
    expect(written).toHaveLength(1);
    expect(written[0]?.order_id).toBe(retried.body.orderId);
    expect(written[0]?.status).not.toBe('failed');
  });
});

describe('a database that goes away after the stock was reserved', () => {
  test('and comes back soon costs the shopper a moment', async () => {
    inventory.behave((call, answer) => {
      proxy.cut();
      behaviours.reserves(call, answer);
    });
    const answer = post();
    await expect.poll(() => proxy.refusals(), { interval: 5 }).toBeGreaterThan(0);
    proxy.heal();
    expect((await answer).status).toBe(201);
  });

  test.each(['cut', 'freeze'] as const)('leaves an accepted order that recovery finishes (%s)', async (fault) => {
    inventory.behave((call, answer) => {
      proxy[fault]();
      behaviours.reserves(call, answer);
    });
    const answer = await post();
    expect(answer).toMatchObject({ status: 202, body: { status: 'pending' } });
    expect(answer.tookMs).toBeLessThan(QUICK_MS);
    const { orderId } = answer.body;
    if (fault === 'freeze') return;
    proxy.heal();
    await orders.database.query("UPDATE orders SET next_check_at = now() - interval '1 s' WHERE order_id = $1", [
      orderId,
    ]);
    await app.runTimer('orders-sweep');
    expect(await mine()).toMatchObject([{ order_id: orderId, status: 'pending_verification', reason: 'interrupted' }]);
  });
});

test('a database that is away makes reading answer 503, never hang', async () => {
  proxy.cut();
  const answer = await app.send('GET', `/api/orders/${randomUUID()}`);
  expect(answer).toMatchObject({ status: 503, body: { code: 'temporarily_unavailable' } });
});

test('a database that hangs takes nothing from the metrics but what it would have told', async () => {
  proxy.freeze();
  const startedAt = performance.now();
  const { status, text } = await app.send('GET', '/metrics');
  expect(performance.now() - startedAt).toBeLessThan(QUICK_MS);
  expect(status).toBe(200);
  expect(text).toContain('circuit_breaker_state');
  expect(text).not.toContain('orders_unsettled{');
});
