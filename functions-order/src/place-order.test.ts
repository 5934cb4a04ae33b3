import { randomUUID } from 'node:crypto';
import { status as grpc } from '@grpc/grpc-js';
import { Reason } from '@valerix/contracts/grpc';
import { orderDetails, orderView } from '@valerix/contracts/order-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { behaviours, type InventoryServer, startInventoryServer } from '../testing/inventory-server.ts';
import { type OrderApp, startOrderApp } from '../testing/order-app.ts';
import { type OrdersDatabase, openOrdersDatabase } from '../testing/orders-database.ts';

let orders: OrdersDatabase;
let inventory: InventoryServer;
let app: OrderApp;

beforeAll(async () => {
  orders = await openOrdersDatabase('place order');
});
afterAll(async () => {
  await orders.drop();
});
const start = (env: Record<string, string> = {}) =>
  startOrderApp({ ORDERS_DATABASE_URL: orders.url, INVENTORY_GRPC_URL: inventory.url, ...env });
beforeEach(async () => {
  inventory = await startInventoryServer();
  app = start();
});
afterEach(async () => {
  await app.close();
  inventory.stop();
});

const lamp = { customerId: 'anna', productId: 'lamp', quantity: 2 };
const post = (body: unknown = lamp, headers: Record<string, string> = {}) =>
  app.send('POST', '/api/orders', { body, headers });
const get = async (orderId: unknown) => orderDetails.parse((await app.send('GET', `/api/orders/${orderId}`)).body);
const outboxOf = (orderId: unknown) =>
  orders.database.query<{ event_type: string }>(
    `SELECT event_type FROM outbox WHERE body -> 'data' ->> 'orderId' = $1 ORDER BY position`,
    [orderId],
  );

describe('an order that the warehouse reserves', () => {
  test('is answered with 201, its address, its price and its reservation', async () => {
    const answer = await post();
    expect(answer.status).toBe(201);
    const order = orderView.parse(answer.body);
    expect(answer.headers.location).toBe(`/api/orders/${order.orderId}`);
    expect(order).toMatchObject({ status: 'confirmed', orderVersion: 2, totalMinor: 1_000, currency: 'EUR' });
    expect(order.items).toEqual([
      { productId: 'lamp', quantity: 2, name: 'The lamp', unitPriceMinor: 500, currency: 'EUR' },
    ]);
    const stored = await get(order.orderId);
    expect(stored).toMatchObject(order);
    expect(stored.history.map(({ from, to }) => [from, to])).toEqual([
      [null, 'pending'],
      ['pending', 'confirmed'],
    ]);
  });

  test('asks once, under its own id and in its own trace', async () => {
    const traceId = 'ab'.repeat(16);
    const answer = await post(lamp, { traceparent: `00-${traceId}-${'cd'.repeat(8)}-01` });
    expect(inventory.calls).toHaveLength(1);
    expect(inventory.calls[0]?.request).toEqual({
      orderId: answer.body.orderId,
      productId: 'lamp',
      quantity: 2,
      lines: [],
    });
    expect(inventory.calls[0]?.traceparent).toContain(traceId);
  });

  test('tells everyone that it was created and confirmed', async () => {
    const answer = await post();
    await expect.poll(() => outboxOf(answer.body.orderId)).toEqual([]);
    const told = app.sent.map(({ entity, message }) => [entity, message.subject]);
    expect(told).toEqual([
      ['order-events', 'OrderCreated'],
      ['order-events', 'OrderConfirmed'],
    ]);
  });

  test('may have several products, reserved all or nothing', async () => {
    const items = [
      { productId: 'lamp', quantity: 1 },
      { productId: 'chair', quantity: 3 },
    ];
    const answer = await post({ items });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ customerId: null, totalMinor: 2_000 });
    expect(inventory.calls[0]?.request.lines).toEqual(items);
  });
});

describe('an order that the warehouse refuses', () => {
  test('is kept as failed and answered with what there is', async () => {
    inventory.behave(
      behaviours.refuses({ reason: Reason.INSUFFICIENT_STOCK, remainingStock: 1, refusedProductId: 'lamp' }),
    );
    const answer = await post();
    expect(answer.status).toBe(409);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      code: 'insufficient_stock',
      status: 409,
      orderStatus: 'failed',
      productId: 'lamp',
      requestedQuantity: 2,
      availableStock: 1,
    });
    expect(await get(answer.body.orderId)).toMatchObject({
      status: 'failed',
      reason: 'insufficient_stock',
      refusal: { productId: 'lamp', requestedQuantity: 2, availableStock: 1 },
    });
  });

  test('for an unknown product is answered with 422', async () => {
    inventory.behave(behaviours.refuses({ reason: Reason.UNKNOWN_PRODUCT, refusedProductId: 'lamp' }));
    const answer = await post();
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'unknown_product', orderStatus: 'failed', productId: 'lamp' });
    expect(await get(answer.body.orderId)).toMatchObject({ status: 'failed', reason: 'unknown_product' });
  });

  test('without a reason lacks stock if less is left than was ordered', async () => {
    inventory.behave(behaviours.refuses({ remainingStock: 1 }));
    expect((await post()).body).toMatchObject({ code: 'insufficient_stock', requestedQuantity: 2, availableStock: 1 });
  });

  test.each([
    ['without a reason', behaviours.refuses({ remainingStock: 9 })],
    ['as malformed', behaviours.fails(grpc.INVALID_ARGUMENT)],
  ])('%s is answered with 422', async (_, behaviour) => {
    inventory.behave(behaviour);
    const answer = await post();
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'order_rejected', orderStatus: 'failed', reason: 'rejected' });
    expect(await get(answer.body.orderId)).toMatchObject({ status: 'failed', reason: 'rejected' });
  });

  test('because it was given up meanwhile is answered as it is now', async () => {
    inventory.behave(behaviours.refuses({ reason: Reason.FENCED }));
    const answer = await post();
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'failed', reason: 'fenced' });
  });

  test('is no failure of the warehouse, so the breaker stays closed', async () => {
    inventory.behave(behaviours.refuses({ reason: Reason.INSUFFICIENT_STOCK }));
    for (let order = 0; order < 8; order += 1) expect((await post()).status).toBe(409);
    expect(inventory.calls).toHaveLength(8);
  });
});

describe('an order whose outcome nobody knows', () => {
  const waits = async (reason: string) => {
    const startedAt = performance.now();
    const answer = await post();
    const tookMs = performance.now() - startedAt;
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ status: 'pending_verification', reason });
    expect(answer.body.message).toMatch(/do not need to order again/);
    await expect.poll(() => outboxOf(answer.body.orderId)).toEqual([]);
    const asked = app.sent.filter(({ entity }) => entity === 'verify-orders');
    expect(asked.map(({ message }) => message.body)).toMatchObject([
      { data: { orderId: answer.body.orderId, reason } },
    ]);
    expect(app.sent.map(({ message }) => message.subject)).toContain('OrderPendingVerification');
    return { tookMs };
  };

  test('that waited for its turn waits for a warehouse that hangs by that much less', async () => {
    await app.close();
    app = start({ ORDER_MAX_IN_FLIGHT: '1', ORDER_MAX_WAIT_MS: '20000', INVENTORY_BUDGET_MS: '6000' });
    inventory.behave(behaviours.hangs);
    await Promise.all([post(), post()]);
    // The first waits out its 6 s; the second has a quarter of that left.
    const [first, second] = inventory.calls.map(({ timeoutMs }) => timeoutMs);
    expect(first).toBeGreaterThan(3_000);
    expect(second).toBeLessThanOrEqual(1_500);
    expect(second).toBeGreaterThan(250);
  });

  test('because the warehouse hangs is answered inside the budget', async () => {
    inventory.behave(behaviours.hangs);
    const { tookMs } = await waits('grpc_timeout');
    // The budget is 2 s, and then it is answered: without one, the test itself would run out of time.
    expect(tookMs).toBeLessThan(6_000);
    expect(inventory.calls).toHaveLength(1);
    expect(inventory.calls[0]?.timeoutMs).toBeLessThanOrEqual(2_000);
  });

  test('because the warehouse broke after it had begun waits for verification', async () => {
    inventory.behave(behaviours.fails(grpc.INTERNAL));
    await waits('connection_error');
    expect(inventory.calls).toHaveLength(1);
  });

  test('because every connection is refused waits for verification after three tries', async () => {
    inventory.stop();
    await waits('connection_error');
    expect((await app.send('GET', '/metrics')).text).toMatch(/inventory_calls_total\{status="failed"[^}]*\} 3/);
  });

  test('because the breaker is open is answered without asking the warehouse', async () => {
    inventory.behave(behaviours.fails(grpc.INTERNAL));
    for (let order = 0; order < 5; order += 1) await post();
    const asked = inventory.calls.length;
    const answer = await post();
    expect(answer.body).toMatchObject({ status: 'pending_verification', reason: 'circuit_open' });
    expect(inventory.calls).toHaveLength(asked);
    expect((await app.send('GET', '/metrics')).text).toMatch(/circuit_breaker_state(\{[^}]*\})? 1/);
  });

  test('because the answer names no reservation waits for verification', async () => {
    inventory.behave(behaviours.refuses({ success: true }));
    await waits('connection_error');
  });

  test('is settled by a connection that heals inside the budget', async () => {
    inventory.behave(behaviours.fails(grpc.UNAVAILABLE));
    const answer = post();
    await expect.poll(() => inventory.calls.length, { interval: 1 }).toBeGreaterThan(0);
    inventory.behave(behaviours.reserves);
    expect((await answer).status).toBe(201);
    expect(new Set(inventory.calls.map(({ request }) => request.orderId)).size).toBe(1);
  });
});

describe('an idempotency key', () => {
  test('makes one order of fifty requests at once', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(lamp, { 'idempotency-key': key })));
    expect(new Set(answers.map(({ body }) => body.orderId)).size).toBe(1);
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(49).fill(200), 201]);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(49);
    expect(answers.every(({ body }) => body.status === 'confirmed')).toBe(true);
    expect(inventory.calls).toHaveLength(1);
  });

  test('answers a later request with the order as it is now', async () => {
    const key = randomUUID();
    const first = await post({ ...lamp, idempotencyKey: key });
    await app.send('POST', `/api/orders/${first.body.orderId}/cancel`);
    const second = await post({ ...lamp, idempotencyKey: key });
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ orderId: first.body.orderId, status: 'cancelled' });
  });

  test('in the header wins over the one in the body', async () => {
    const key = randomUUID();
    const first = await post({ ...lamp, idempotencyKey: 'other' }, { 'idempotency-key': key });
    const second = await post(lamp, { 'idempotency-key': key });
    expect(second.body.orderId).toBe(first.body.orderId);
  });

  test('stands for the same order however it is written', async () => {
    const key = randomUUID();
    const first = await post(lamp, { 'idempotency-key': key });
    const { customerId, ...item } = lamp;
    const second = await post({ customerId, items: [item] }, { 'idempotency-key': key });
    expect(second.body.orderId).toBe(first.body.orderId);
  });

  test('with another order is refused', async () => {
    const key = randomUUID();
    await post(lamp, { 'idempotency-key': key });
    const answer = await post({ ...lamp, quantity: 3 }, { 'idempotency-key': key });
    expect(answer.status).toBe(422);
    expect(answer.body.code).toBe('idempotency_key_reused');
  });

  test('belongs to its customer', async () => {
    const key = randomUUID();
    const anna = await post(lamp, { 'idempotency-key': key });
    const berta = await post({ ...lamp, customerId: 'berta' }, { 'idempotency-key': key });
    const nobody = await post({ productId: 'lamp', quantity: 2 }, { 'idempotency-key': key });
    expect(new Set([anna, berta, nobody].map(({ body }) => body.orderId)).size).toBe(3);
  });

  test('that cannot be one is named in a 400', async () => {
    const answer = await post(lamp, { 'idempotency-key': 'x'.repeat(256) });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ field: 'Idempotency-Key' }]);
  });
});

describe('a database that is away', () => {
  test('makes a quick 503 that reserved nothing', async () => {
    await app.close();
    app = start({ ORDERS_DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' });
    const startedAt = performance.now();
    const answer = await post();
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    expect(answer.status).toBe(503);
    expect(answer.body.code).toBe('order_not_recorded');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(inventory.calls).toHaveLength(0);
  });
});
