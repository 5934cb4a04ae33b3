import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { type Books, openBooks } from '../system/books.ts';
import { type GrpcHost, startGrpcHost } from '../system/grpc-host.ts';
import { checkPromises } from '../system/promises.ts';
import { listenTo } from '../system/push-listener.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { runningSystem } from '../system/running.ts';
import { makeShop, request, type Shop } from '../system/shop.ts';
import { until } from '../system/until.ts';

let endpoints: Endpoints;
let shop: Shop;
let books: Books;
let host: GrpcHost;

beforeAll(async () => {
  endpoints = await runningSystem();
  shop = makeShop(endpoints);
  books = openBooks(endpoints);
  host = await startGrpcHost(endpoints);
});

afterAll(async () => {
  await waitUntilQuiet(endpoints, books);
  const { breaches } = await checkPromises(books);
  await host.stop();
  await books.close();
  expect(breaches).toEqual([]);
});

test('an order is confirmed at once, takes its stock once, and each event is published once', async () => {
  const operator = await listenTo(`${endpoints.inventory}/api/ops/negotiate`, {
    'x-functions-key': endpoints.operatorKey,
  });
  onTestFinished(() => operator.stop());
  const product = await shop.newProduct(10);
  const answer = await shop.order({ customerId: 'ada', productId: product, quantity: 3 });
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ status: 'confirmed', customerId: 'ada', totalMinor: 3750, currency: 'EUR' });
  const orderId = String(answer.body.orderId);
  expect(answer.headers.get('location')).toContain(orderId);
  expect((await shop.product(product)).stock).toBe(7);

  expect(await books.inventory('SELECT state FROM reservations WHERE order_id = $1', [orderId])).toEqual([
    { state: 'held' },
  ]);
  expect(await books.inventory('SELECT kind, delta FROM stock_ledger WHERE order_id = $1', [orderId])).toEqual([
    { kind: 'reserve', delta: -3 },
  ]);

  await waitUntilQuiet(endpoints, books);
  const published = () =>
    operator.heard.flatMap(({ event }) =>
      'orderId' in event.data && event.data.orderId === orderId ? [event.eventType] : [],
    );
  await until('all events about the order', () => published().length >= 3);
  expect(published().sort()).toEqual(['OrderConfirmed', 'OrderCreated', 'StockReserved']);
});

test('an order keeps the name and the price each product had, and tells its history', async () => {
  const product = await shop.newProduct(10, { name: 'Old name', unitPriceMinor: 999 });
  const { body } = await shop.order({ productId: product, quantity: 2 });
  await request(`${endpoints.inventory}/api/products/${product}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-functions-key': endpoints.operatorKey },
    body: JSON.stringify({ name: 'New name', unitPriceMinor: 1 }),
  });
  const order = await shop.find(String(body.orderId));
  expect(order.items).toEqual([
    { productId: product, quantity: 2, name: 'Old name', unitPriceMinor: 999, currency: 'EUR' },
  ]);
  expect(order.history.map(({ from, to }) => [from, to])).toEqual([
    [null, 'pending'],
    ['pending', 'confirmed'],
  ]);
});

test('an order of several products takes all or nothing', async () => {
  const [plenty, scarce] = [await shop.newProduct(10), await shop.newProduct(1)];
  const items = [
    { productId: plenty, quantity: 2 },
    { productId: scarce, quantity: 2 },
  ];
  const refused = await shop.order({ items });
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({
    code: 'insufficient_stock',
    orderStatus: 'failed',
    productId: scarce,
    availableStock: 1,
  });
  expect((await shop.product(plenty)).stock).toBe(10);
  expect((await shop.find(String(refused.body.orderId))).status).toBe('failed');

  const accepted = await shop.order({ items: items.map((item) => ({ ...item, quantity: 1 })) });
  expect(accepted.status).toBe(201);
  expect((await shop.product(plenty)).stock).toBe(9);
  expect((await shop.product(scarce)).stock).toBe(0);
});

test('an unknown product is 422, and the order is kept as failed', async () => {
  const answer = await shop.order({ productId: 'no-such-thing', quantity: 1 });
  expect(answer.status).toBe(422);
  expect(answer.body).toMatchObject({ code: 'unknown_product', orderStatus: 'failed' });
  expect((await shop.find(String(answer.body.orderId))).reason).toBe('unknown_product');
});

test('a cancelled order gives its stock back once, however often it is cancelled', async () => {
  const product = await shop.newProduct(5);
  const orderId = String((await shop.order({ productId: product, quantity: 4 })).body.orderId);
  const answers = await Promise.all([shop.cancel(orderId), shop.cancel(orderId), shop.cancel(orderId)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await waitUntilQuiet(endpoints, books);
  expect((await shop.product(product)).stock).toBe(5);
  expect(
    await books.inventory('SELECT kind FROM stock_ledger WHERE order_id = $1 ORDER BY stock_version', [orderId]),
  ).toEqual([{ kind: 'reserve' }, { kind: 'release' }]);
});

test('a shipped order cannot be cancelled, and only the operator ships', async () => {
  const product = await shop.newProduct(5);
  const orderId = String((await shop.order({ productId: product, quantity: 1 })).body.orderId);
  expect((await request(`${endpoints.order}/api/orders/${orderId}/ship`, { method: 'POST' })).status).toBe(401);
  expect((await shop.ship(orderId)).status).toBe(200);
  const refused = await shop.cancel(orderId);
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ code: 'order_not_cancellable', orderId, orderStatus: 'shipped' });
  await waitUntilQuiet(endpoints, books);
  expect((await shop.product(product)).stock).toBe(4);
});

test('the operator lists orders newest first, page by page', async () => {
  const product = await shop.newProduct(50);
  const placed: string[] = [];
  for (let n = 0; n < 5; n++) placed.push(String((await shop.order({ productId: product, quantity: 1 })).body.orderId));
  const headers = { 'x-functions-key': endpoints.operatorKey };
  const seen: string[] = [];
  let cursor = '';
  do {
    const page = await request<{ orders: { orderId: string }[]; nextCursor: string | null }>(
      `${endpoints.order}/api/orders?productId=${product}&limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      { headers },
    );
    expect(page.status).toBe(200);
    seen.push(...page.body.orders.map(({ orderId }) => orderId));
    cursor = page.body.nextCursor ?? '';
  } while (cursor);
  expect(seen).toEqual(placed.reverse());
  expect((await request(`${endpoints.order}/api/orders`)).status).toBe(401);
});

test('restocking counts once for one key', async () => {
  const product = await shop.newProduct(0);
  const restock = (quantity: number) =>
    request(`${endpoints.inventory}/api/products/${product}/restock`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-functions-key': endpoints.operatorKey,
        'idempotency-key': product,
      },
      body: JSON.stringify({ quantity }),
    });
  expect((await restock(7)).status).toBe(200);
  const again = await restock(7);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await shop.product(product)).stock).toBe(7);
  expect((await restock(8)).status).toBe(422);
});

test('50 requests with one idempotency key make one order', async () => {
  const product = await shop.newProduct(100);
  const body = { productId: product, quantity: 1 };
  const answers = await Promise.all(Array.from({ length: 50 }, () => shop.order(body, { 'idempotency-key': product })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(49);
  expect(new Set(answers.map((answer) => answer.body.orderId)).size).toBe(1);
  expect((await shop.product(product)).stock).toBe(99);
  const other = await shop.order({ productId: product, quantity: 2 }, { 'idempotency-key': product });
  expect(other.status).toBe(422);
  expect(other.body.code).toBe('idempotency_key_reused');
});

test('1,000 buyers at once for 100 pieces: exactly 100 are confirmed', async () => {
  const product = await shop.newProduct(100);
  /** Whom a shop that is too busy asks to come back comes back, with the same key. */
  const buy = () => {
    const key = randomUUID();
    const asked = async () => {
      const answer = await shop.order({ productId: product, quantity: 1 }, { 'idempotency-key': key });
      if (answer.status !== 429 && answer.status !== 503) return answer;
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      return undefined;
    };
    return until('an answer', asked, { everyMs: 1_000 });
  };
  const answers = await Promise.all(Array.from({ length: 1000 }, buy));
  expect(answers.map(({ status }) => status).filter((status) => ![200, 201, 202, 409].includes(status))).toEqual([]);
  // Under this rush some may be answered 202 first; what counts is how each order ends.
  await waitUntilQuiet(endpoints, books);
  const accepted = answers.filter(({ status }) => status !== 409);
  const ended = await Promise.all(accepted.map(({ body }) => shop.find(String(body.orderId))));
  expect(ended.filter(({ status }) => status === 'confirmed')).toHaveLength(100);
  expect((await shop.product(product)).stock).toBe(0);
});
