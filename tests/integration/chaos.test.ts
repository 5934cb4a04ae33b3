import { type ChaosView, chaosView } from '@valerix/contracts/chaos-api';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { type Books, openBooks } from '../system/books.ts';
import { type GrpcHost, startGrpcHost } from '../system/grpc-host.ts';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { runningSystem } from '../system/running.ts';
import { type Answer, makeShop, request, type Shop } from '../system/shop.ts';
import { until } from '../system/until.ts';

let endpoints: Endpoints;
let shop: Shop;
let books: Books;
let host: GrpcHost;

/** How long a host may take to follow a switch; an order that begins later has to feel it. */
const FOLLOW_MS = 5_000;
const allOff = { gremlin: { mode: 'off' }, schrodinger: { mode: 'off' }, seed: null, expiresInSeconds: null };

const chaos = (method: 'GET' | 'PUT', body?: unknown): Promise<Answer<ChaosView>> =>
  request<ChaosView>(`${endpoints.inventory}/api/ops/chaos`, {
    method,
    headers: { 'x-functions-key': endpoints.operatorKey, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
async function switchChaos(body: unknown): Promise<ChaosView> {
  const answer = await chaos('PUT', body);
  expect(answer.status).toBe(200);
  return chaosView.parse(answer.body);
}
/** Orders one piece after the other until one is answered with `status`, and holds the first that is to its time. */
async function firstOrderAnswered(status: number, productId: string): Promise<Answer> {
  const switchedAt = Date.now();
  for (;;) {
    const orderedAt = Date.now();
    const answer = await shop.order({ productId, quantity: 1 });
    if (answer.status === status) return answer;
    expect(orderedAt - switchedAt).toBeLessThan(FOLLOW_MS);
  }
}

beforeAll(async () => {
  endpoints = await runningSystem();
  shop = makeShop(endpoints);
  books = openBooks(endpoints);
  host = await startGrpcHost(endpoints);
});

afterEach(async () => {
  await switchChaos(allOff);
  await waitUntilQuiet(endpoints, books);
  expect((await checkPromises(books)).breaches).toEqual([]);
});

afterAll(async () => {
  await host.stop();
  await books.close();
});

test('an operator makes the warehouse slow and well again while it runs, and no order is lost by it', async () => {
  const product = await shop.newProduct(1_000);
  expect((await shop.order({ productId: product, quantity: 1 })).status).toBe(201);

  const slow = await switchChaos({ gremlin: { mode: 'every-nth', everyNth: 1, delayMs: 8_000 }, expiresInSeconds: 60 });
  expect(slow).toMatchObject({ gremlin: { mode: 'every-nth', delayMs: 8_000 }, schrodinger: { mode: 'off' } });
  expect((await chaos('GET')).body).toEqual(slow);
  const accepted = await firstOrderAnswered(202, product);
  expect(accepted.body.status).toBe('pending_verification');
  expect(accepted.ms).toBeLessThan(6_000);
  await shop.settled(String(accepted.body.orderId), ['confirmed']);

  const off = await switchChaos({ gremlin: { mode: 'off' }, expiresInSeconds: null });
  expect(off).toMatchObject({ gremlin: { mode: 'off' }, expiresAt: null });
  await firstOrderAnswered(201, product);
});

test('a warehouse that dies because an operator said so is back, still under the same orders, and recovers', async () => {
  const product = await shop.newProduct(1_000);
  await switchChaos({ schrodinger: { mode: 'exit', probability: 1 } });
  const accepted = await firstOrderAnswered(202, product);
  const order = await shop.settled(String(accepted.body.orderId), ['confirmed']);
  expect(order.recoveredFromCrash).toBe(true);
  expect(host.restarts()).toBeGreaterThan(0);
  await switchChaos(allOff);
  await until('an order to be confirmed at once again', async () => {
    const answer = await shop.order({ productId: product, quantity: 1 });
    return answer.status === 201;
  });
});

test('the switches are the operator’s alone', async () => {
  const answer = await fetch(`${endpoints.inventory}/api/ops/chaos`, { method: 'PUT', body: '{}' });
  expect(answer.status).toBe(401);
  expect((await chaos('PUT', { gremlin: { mode: 'sometimes' } })).status).toBe(400);
});
