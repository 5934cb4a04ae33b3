import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { type Books, openBooks } from '../system/books.ts';
import { breakerState, closeBreaker } from '../system/breaker.ts';
import { type GrpcHost, startGrpcHost } from '../system/grpc-host.ts';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { runningSystem } from '../system/running.ts';
import { makeShop, request, type Shop } from '../system/shop.ts';
import { until } from '../system/until.ts';

let endpoints: Endpoints;
let shop: Shop;
let books: Books;
let host: GrpcHost | undefined;

const deductions = (orderId: string) =>
  books.inventory<{ kind: string }>('SELECT kind FROM stock_ledger WHERE order_id = $1', [orderId]);
beforeAll(async () => {
  endpoints = await runningSystem();
  shop = makeShop(endpoints);
  books = openBooks(endpoints);
});

afterEach(async () => {
  await host?.stop();
  host = undefined;
  await closeBreaker(endpoints);
  await waitUntilQuiet(endpoints, books);
  expect((await checkPromises(books)).breaches).toEqual([]);
});

afterAll(() => books.close());

test('with a warehouse that takes seconds, an order is accepted before it answers, confirmed by itself, and deducted once', async () => {
  host = await startGrpcHost(endpoints, { GREMLIN_EVERY_NTH: '1', GREMLIN_DELAY_MS: '8000' });
  const product = await shop.newProduct(10);
  const answer = await shop.order({ productId: product, quantity: 2 });
  expect(answer.status).toBe(202);
  expect(answer.body.status).toBe('pending_verification');
  // The budget is 2 s; the rest is for what else the machine does.
  expect(answer.ms).toBeLessThan(6_000);
  const orderId = String(answer.body.orderId);
  const order = await shop.settled(orderId, ['confirmed']);
  expect(order.items[0]).toMatchObject({ unitPriceMinor: 1250 });
  // The slow reservation arrives after the order is confirmed, and changes nothing.
  await until('the late call to be over', async () => (await lateCallsAnswered()) >= 1);
  expect(await deductions(orderId)).toEqual([{ kind: 'reserve' }]);
  expect((await shop.product(product)).stock).toBe(8);
});

async function lateCallsAnswered(): Promise<number> {
  const metrics = await (await fetch(`${endpoints.grpcHealth}/metrics`)).text();
  return Number(/^gremlin_activations_total\S* (\d+)/m.exec(metrics)?.[1] ?? 0);
}

test('a Gremlin on every fifth call leaves the other orders alone', async () => {
  host = await startGrpcHost(endpoints, { GREMLIN_MODE: 'true', GREMLIN_EVERY_NTH: '5', GREMLIN_DELAY_MS: '3000' });
  const product = await shop.newProduct(100);
  const answers = [];
  for (let n = 0; n < 10; n++) answers.push(await shop.order({ productId: product, quantity: 1 }));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 202, 201, 201, 201, 201, 202]);
  for (const { body } of answers) await shop.settled(String(body.orderId), ['confirmed']);
  expect((await shop.product(product)).stock).toBe(90);
});

test.each(['exit', 'drop', 'error'])(
  'a warehouse that took the stock and then failed (%s) deducts once, and the order is confirmed by itself',
  async (fault) => {
    host = await startGrpcHost(endpoints, {
      SCHRODINGER_MODE: 'true',
      SCHRODINGER_CRASH_PROBABILITY: '1',
      SCHRODINGER_FAULT: fault,
    });
    const product = await shop.newProduct(10);
    const answer = await shop.order({ productId: product, quantity: 2 });
    expect(answer.status).toBe(202);
    const orderId = String(answer.body.orderId);
    await shop.settled(orderId, ['confirmed'], 10_000);
    await until('the order to say that it was recovered', async () => (await shop.find(orderId)).recoveredFromCrash);
    expect(await deductions(orderId)).toEqual([{ kind: 'reserve' }]);
    expect((await shop.product(product)).stock).toBe(8);
    if (fault === 'exit') expect(host.restarts()).toBeGreaterThan(0);
  },
);

test('without the gRPC host orders go through the queue, the breaker opens, and closes when the host is back', async () => {
  const product = await shop.newProduct(100);
  const answers = [];
  for (let n = 0; n < 8; n++) answers.push(await shop.order({ productId: product, quantity: 1 }));
  expect(answers.every(({ status }) => status === 202)).toBe(true);
  expect(await breakerState(endpoints)).toBe('1');
  const unasked = await shop.order({ productId: product, quantity: 1 });
  expect(unasked).toMatchObject({ status: 202, body: { reason: 'circuit_open' } });
  for (const { body } of [...answers, unasked]) await shop.settled(String(body.orderId), ['confirmed']);
  expect((await shop.product(product)).stock).toBe(91);

  host = await startGrpcHost(endpoints);
  const orders = async () => {
    await shop.order({ productId: product, quantity: 1 });
    return (await breakerState(endpoints)) === '0';
  };
  await until('the breaker to be closed', orders, { timeoutMs: 40_000, everyMs: 500 });
  expect((await shop.order({ productId: product, quantity: 1 })).status).toBe(201);
});

test('an order cancelled while it waits ends cancelled and holds nothing, also when its late reservation arrives', async () => {
  host = await startGrpcHost(endpoints, { GREMLIN_MODE: 'true', GREMLIN_EVERY_NTH: '1', GREMLIN_DELAY_MS: '4000' });
  const product = await shop.newProduct(10);
  const placed = Date.now();
  const answer = await shop.order({ productId: product, quantity: 2 });
  const orderId = String(answer.body.orderId);
  const cancelled = await shop.cancel(orderId);
  expect(cancelled.status).toBe(200);
  expect(cancelled.body.status).toBe('cancelled');
  await until('the late reservation to have arrived', () => Date.now() - placed > 5000);
  await waitUntilQuiet(endpoints, books);
  expect((await shop.find(orderId)).status).toBe('cancelled');
  expect((await shop.product(product)).stock).toBe(10);
});

test('health names the part that is away, and is well again when it is back', async () => {
  const health = () => request<{ dependencies: Record<string, { status: string }> }>(`${endpoints.order}/health`);
  const away = await until('health to notice', async () => {
    const { status, body } = await health();
    const unhealthy = Object.keys(body.dependencies).filter((name) => body.dependencies[name]?.status === 'unhealthy');
    // A machine that stands still may make others look silent for a moment.
    return status === 503 && unhealthy.length === 1 && unhealthy;
  });
  expect(away).toEqual(['inventoryGrpc']);
  host = await startGrpcHost(endpoints);
  await until('health to be well again', async () => (await health()).status === 200);
});
