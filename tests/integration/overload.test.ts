import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { type HostProcess, startHostProcess } from '../../local/functions-host/testing/host-process.ts';
import { type Books, openBooks } from '../system/books.ts';
import { type GrpcHost, startGrpcHost } from '../system/grpc-host.ts';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { runningSystem } from '../system/running.ts';
import { type Answer, makeShop, request, type Shop } from '../system/shop.ts';

const dist = fileURLToPath(new URL('../../functions-order/dist', import.meta.url));
const accepted = ({ status }: Answer) => status === 201 || status === 202;

let endpoints: Endpoints;
let books: Books;
let warehouse: GrpcHost;
/** An instance of the Order service beside the system's own, which takes one order at a time and lets one wait. */
let narrow: HostProcess;
let shop: Shop;

beforeAll(async () => {
  endpoints = await runningSystem();
  books = openBooks(endpoints);
  warehouse = await startGrpcHost(endpoints, { GREMLIN_EVERY_NTH: '1', GREMLIN_DELAY_MS: '300' });
  narrow = await startHostProcess(dist, {
    env: {
      ORDERS_DATABASE_URL: endpoints.databases.orders,
      INVENTORY_GRPC_URL: endpoints.grpc,
      ServiceBusConnection: endpoints.serviceBus,
      StorageConnection: endpoints.storage,
      WebPubSubConnectionString: endpoints.webPubSub,
      AzureWebJobsStorage: endpoints.storage,
      FUNCTIONS_WORKER_RUNTIME: 'node',
      ORDER_MAX_IN_FLIGHT: '1',
      ORDER_MAX_WAITING: '1',
    },
  });
  shop = makeShop({ ...endpoints, order: narrow.url });
});

afterAll(async () => {
  await waitUntilQuiet(endpoints, books);
  const { breaches } = await checkPromises(books);
  await narrow.stop();
  await warehouse.stop();
  await books.close();
  expect(breaches).toEqual([]);
});

test('orders beyond the limit are refused with 429 and Retry-After, and leave nothing behind', async () => {
  const product = await shop.newProduct(100);
  const answers = await Promise.all(Array.from({ length: 12 }, () => shop.order({ productId: product, quantity: 1 })));
  const taken = answers.filter(accepted);
  const refused = answers.filter((answer) => !accepted(answer));
  expect(taken.length).toBeGreaterThan(0);
  expect(refused.length).toBeGreaterThan(0);
  for (const { status, headers, body } of refused) {
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'too_many_requests' });
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  const orderIds = taken.map(({ body }) => String(body.orderId));
  for (const orderId of orderIds) await shop.settled(orderId, ['confirmed']);
  const recorded = await books.orders('SELECT DISTINCT order_id FROM order_items WHERE product_id = $1', [product]);
  expect(recorded.map(({ order_id }) => order_id).sort()).toEqual(orderIds.sort());
  expect((await shop.product(product)).stock).toBe(100 - taken.length);
});

test('while orders are refused, an order can be read, and the metrics tell of the refusals', async () => {
  const product = await shop.newProduct(100);
  const first = await shop.order({ productId: product, quantity: 1 });
  const rush = Promise.all(Array.from({ length: 6 }, () => shop.order({ productId: product, quantity: 1 })));
  expect((await request(`${narrow.url}/api/orders/${first.body.orderId}`)).status).toBe(200);
  expect((await rush).some(({ status }) => status === 429)).toBe(true);
  const metrics = await (await narrow.fetch('/metrics')).text();
  expect(metrics).toMatch(/^orders_refused_total\{.*reason="queue_full".*\} [1-9]/m);
  expect(metrics).toMatch(/^orders_waiting\S* 0/m);
});

test('once the rush is over, the next order is taken', async () => {
  const product = await shop.newProduct(1);
  expect((await shop.order({ productId: product, quantity: 1 })).status).toBe(201);
});
