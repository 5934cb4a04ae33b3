import { randomUUID } from 'node:crypto';
import type { AnyEvent } from '@valerix/contracts/events';
import { entityOf } from '@valerix/contracts/events';
import { negotiation, operatorsGroup, orderGroup } from '@valerix/contracts/push';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { type Books, openBooks } from '../system/books.ts';
import { closeBreaker } from '../system/breaker.ts';
import { type GrpcHost, startGrpcHost } from '../system/grpc-host.ts';
import { checkPromises } from '../system/promises.ts';
import { listenTo, type PushListener } from '../system/push-listener.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { runningSystem } from '../system/running.ts';
import { type Answer, makeShop, request, type Shop } from '../system/shop.ts';
import { until } from '../system/until.ts';

let endpoints: Endpoints;
let shop: Shop;
let books: Books;
let host: GrpcHost | undefined;

beforeAll(async () => {
  endpoints = await runningSystem();
  shop = makeShop(endpoints);
  books = openBooks(endpoints);
});
afterEach(async () => {
  await waitUntilQuiet(endpoints, books);
  expect((await checkPromises(books)).breaches).toEqual([]);
  await host?.stop();
  host = undefined;
  await closeBreaker(endpoints);
});
afterAll(() => books.close());

const operatorUrl = () => `${endpoints.inventory}/api/ops/negotiate`;
const shopperUrl = (orderId: string) => `${endpoints.order}/api/orders/${orderId}/negotiate`;
const kept = async (listening: Promise<PushListener>) => {
  const listener = await listening;
  onTestFinished(() => listener.stop());
  return listener;
};
const listenAsOperator = () => kept(listenTo(operatorUrl(), { 'x-functions-key': endpoints.operatorKey }));
const listenAsShopper = (orderId: string) => kept(listenTo(shopperUrl(orderId)));
const eventsIn = ({ heard }: PushListener) => heard.map(({ event }) => event);
const typesIn = (listener: PushListener) => eventsIn(listener).map(({ eventType }) => eventType);
const isAbout = (orderId: string) => (event: AnyEvent) => 'orderId' in event.data && event.data.orderId === orderId;

/** Places an order at a warehouse that takes its time; the operator hears of it long before the shopper is answered. */
async function orderSlowly(operator: PushListener): Promise<{ orderId: string; answer: Promise<Answer> }> {
  const product = await shop.newProduct(10);
  const answer = shop.order({ productId: product, quantity: 2 });
  const created = await until('the order to be announced', () =>
    eventsIn(operator).find(
      (event) => event.eventType === 'OrderCreated' && event.data.items.some(({ productId }) => productId === product),
    ),
  );
  if (created.eventType !== 'OrderCreated') throw new Error('another event');
  return { orderId: created.data.orderId, answer };
}

test('with a slow warehouse the shopper hears that the order waits, and then that it is confirmed', async () => {
  host = await startGrpcHost(endpoints, { GREMLIN_MODE: 'true', GREMLIN_EVERY_NTH: '1', GREMLIN_DELAY_MS: '4000' });
  const operator = await listenAsOperator();
  const { orderId, answer } = await orderSlowly(operator);
  const shopper = await listenAsShopper(orderId);
  expect((await answer).status).toBe(202);
  await until('the shopper to hear of the confirmation', () => typesIn(shopper).includes('OrderConfirmed'));

  // The verdict of the Inventory service comes over another topic, before the Order service's or after.
  const changes = eventsIn(shopper).filter(({ eventType }) => eventType !== 'OrderVerified');
  expect(changes.map(({ eventType }) => eventType)).toEqual(['OrderPendingVerification', 'OrderConfirmed']);
  const [waiting, confirmed] = changes;
  expect(waiting?.data).toMatchObject({ orderId, orderVersion: 2, reason: 'grpc_timeout' });
  expect(confirmed?.data).toMatchObject({ orderId, orderVersion: 3, recoveredFromCrash: false });
  expect((await shop.find(orderId)).orderVersion).toBe(3);
});

test.each(['exit', 'drop'])(
  'a warehouse that failed after it took the stock (%s): the shopper hears that the order was recovered',
  async (fault) => {
    host = await startGrpcHost(endpoints, {
      SCHRODINGER_MODE: 'true',
      SCHRODINGER_CRASH_PROBABILITY: '1',
      SCHRODINGER_FAULT: fault,
      GREMLIN_MODE: 'true',
      GREMLIN_EVERY_NTH: '1',
      GREMLIN_DELAY_MS: '1000',
    });
    const operator = await listenAsOperator();
    const { orderId } = await orderSlowly(operator);
    const shopper = await listenAsShopper(orderId);
    await until('the shopper to hear of the recovery', () =>
      eventsIn(shopper).some(
        (event) =>
          event.eventType === 'OrderVerified' && event.data.status === 'confirmed' && event.data.recoveredFromCrash,
      ),
    );
    await until('and of the confirmation', () => typesIn(shopper).includes('OrderConfirmed'));
  },
);

test('a shopper hears nothing of other orders, and can neither join a group nor send to one', async () => {
  host = await startGrpcHost(endpoints);
  const product = await shop.newProduct(10);
  const place = async () => String((await shop.order({ productId: product, quantity: 1 })).body.orderId);
  const [own, other] = [await place(), await place()];
  const shopper = await listenAsShopper(own);
  const operator = await listenAsOperator();
  for (const group of [operatorsGroup, orderGroup(other)]) {
    await expect(shopper.client.joinGroup(group)).rejects.toThrow();
    await expect(shopper.client.sendToGroup(group, { events: [] }, 'json')).rejects.toThrow();
  }
  await shop.cancel(other);
  await shop.ship(own);
  await until('the operator to hear of both', () =>
    ['OrderCancelled', 'OrderShipped'].every((type) => typesIn(operator).some((heard) => heard === type)),
  );
  await until('the shopper to hear of the own order', () => typesIn(shopper).includes('OrderShipped'));
  expect(eventsIn(shopper).filter((event) => !isAbout(own)(event))).toEqual([]);
  expect(new Set(shopper.heard.map(({ group }) => group))).toEqual(new Set([orderGroup(own)]));
});

test('an operator hears what goes over all three topics, each event once', async () => {
  host = await startGrpcHost(endpoints, { GREMLIN_MODE: 'true', GREMLIN_EVERY_NTH: '1', GREMLIN_DELAY_MS: '100' });
  const operator = await listenAsOperator();
  const product = await shop.newProduct(3);
  const orderId = String((await shop.order({ productId: product, quantity: 1 })).body.orderId);
  await until('events of all three topics', () => {
    const topics = new Set(eventsIn(operator).map(({ eventType }) => entityOf(eventType)));
    return ['order-events', 'inventory-events', 'system-metrics'].every((topic) => topics.has(topic as never));
  });
  await until('the confirmation', () => eventsIn(operator).filter(isAbout(orderId)).length >= 3);
  const ids = eventsIn(operator).map(({ eventId }) => eventId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(operator.heard.map(({ group }) => group))).toEqual(new Set([operatorsGroup]));
});

test('negotiating for everything needs the operator key, and for an order its id', async () => {
  expect((await request(operatorUrl())).status).toBe(401);
  expect((await request(operatorUrl(), { headers: { 'x-functions-key': 'wrong' } })).status).toBe(401);
  expect(await request(shopperUrl(randomUUID()))).toMatchObject({ status: 404, body: { code: 'order_not_found' } });
});

test('a token that was changed, or signed with another key, opens nothing', async () => {
  const answer = await request(operatorUrl(), { headers: { 'x-functions-key': endpoints.operatorKey } });
  const { url } = negotiation.parse(answer.body);
  const upgrade = async (address: string) => {
    const socket = new WebSocket(address, 'json.webpubsub.azure.v1');
    return new Promise<string>((resolve) => {
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    }).finally(() => socket.close());
  };
  expect(await upgrade(url)).toBe('open');
  const [head = '', claims = '', signature = ''] = new URL(url).searchParams.get('access_token')?.split('.') ?? [];
  const others = JSON.parse(Buffer.from(claims, 'base64url').toString());
  others['webpubsub.group'] = ['operators', orderGroup(randomUUID())];
  const forged = Buffer.from(JSON.stringify(others)).toString('base64url');
  const base = url.slice(0, url.indexOf('?'));
  expect(await upgrade(`${base}?access_token=${head}.${forged}.${signature}`)).toBe('refused');
  expect(await upgrade(base)).toBe('refused');
});
