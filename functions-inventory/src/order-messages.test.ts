import { randomUUID } from 'node:crypto';
import type { AnyEvent, EventType } from '@valerix/contracts/events';
import { asks, type Inventory, startInventory, typesOf } from '@valerix/inventory/inventory.fixture';
import { makeLogger } from '@valerix/platform/logger';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyOrderEvents, verifyOrders } from './order-messages.ts';

let inventory: Inventory;
let logged: string[] = [];
const logger = makeLogger('test', 'error', (line) => logged.push(line));

beforeAll(async () => {
  inventory = await startInventory('order_messages');
});
afterAll(() => inventory.stop());

const event = (eventType: EventType, data: object) =>
  ({ eventType, eventId: randomUUID(), timestamp: new Date().toISOString(), data }) as AnyEvent;
const about = (eventType: EventType, orderId: string) => event(eventType, { orderId, reason: 'gave_up' });
const apply = (...events: AnyEvent[]) => applyOrderEvents(inventory.reservations, logger)(events);

it('verifies each order that a VerifyOrder message names', async () => {
  const [product, missing] = [await inventory.product(5), `nothing-${randomUUID().slice(0, 8)}`];
  const [fine, odd] = [randomUUID(), randomUUID()];
  const ask = (orderId: string, productId: string) =>
    event('VerifyOrder', { orderId, items: [{ productId, quantity: 2 }], reason: 'grpc_timeout' });
  await verifyOrders(inventory.reservations)([ask(fine, product), ask(odd, missing)]);
  const verdict = async (orderId: string) =>
    (await inventory.eventsAbout(orderId)).find(({ eventType }) => eventType === 'OrderVerified')?.data;
  expect(await verdict(fine)).toMatchObject({ status: 'confirmed', recoveredFromCrash: false });
  expect(await verdict(odd)).toMatchObject({ status: 'failed', reason: 'unknown_product' });
  expect(await inventory.stockOf(product)).toBe(3);
});

it('gives the stock of cancelled and failed orders back, and keeps that of shipped ones', async () => {
  const product = await inventory.product(10);
  const [cancelled, failed, shipped] = [asks([product, 1]), asks([product, 2]), asks([product, 4])];
  await Promise.all([cancelled, failed, shipped].map((request) => inventory.reservations.reserve(request)));
  const events = [
    about('OrderCancelled', cancelled.orderId),
    about('OrderFailed', failed.orderId),
    about('OrderShipped', shipped.orderId),
  ];
  await apply(...events);
  await apply(...events);
  expect(await inventory.stockOf(product)).toBe(6);
  const released = (await inventory.eventsAbout(failed.orderId)).at(-1);
  expect(released).toMatchObject({ eventType: 'StockReleased', data: { reason: 'gave_up' } });
  expect(await inventory.reservations.ship(shipped.orderId)).toEqual({ kind: 'shipped' });
});

it('fences an order that was cancelled before its reservation arrived', async () => {
  const product = await inventory.product(10);
  const request = asks([product, 1]);
  await apply(about('OrderCancelled', request.orderId));
  expect(await inventory.reservations.reserve(request)).toMatchObject({ kind: 'fenced' });
  expect(typesOf(await inventory.eventsAbout(request.orderId))).toEqual([]);
});

it('ignores events that move no stock', async () => {
  await apply(about('OrderConfirmed', randomUUID()));
});

it('reports what should not be: a shipped order that held nothing, a cancelled one that was shipped', async () => {
  logged = [];
  const request = asks([await inventory.product(1), 1]);
  await inventory.reservations.reserve(request);
  await inventory.reservations.ship(request.orderId);
  await apply(about('OrderShipped', randomUUID()), about('OrderCancelled', request.orderId));
  const reported = logged.map((line) => JSON.parse(line).event);
  expect(reported.sort()).toEqual(['released_order_was_shipped', 'shipped_order_held_nothing']);
});
