import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asks, type Inventory, startInventory } from './inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory('verification');
});
afterAll(() => inventory.stop());

const verdictsOn = async (orderId: string) =>
  (await inventory.eventsAbout(orderId))
    .filter(({ eventType }) => eventType === 'OrderVerified')
    .map(({ data }) => data);

it('confirms an order whose reservation stood although its caller never heard so', async () => {
  const beans = await inventory.product(10);
  const request = asks([beans, 4]);
  const reserved = await inventory.reservations.reserve(request);
  expect(await inventory.reservations.verify(request)).toEqual({ ...reserved, alreadyProcessed: true });
  const reservationId = reserved.kind === 'reserved' && reserved.reservationId;
  expect(await verdictsOn(request.orderId)).toEqual([
    {
      orderId: request.orderId,
      status: 'confirmed',
      reservationId,
      reservation: {
        reservationId,
        lines: [{ productId: beans, quantity: 4, name: 'Espresso beans', unitPriceMinor: 1990, currency: 'EUR' }],
      },
      recoveredFromCrash: true,
    },
  ]);
  expect(await inventory.stockOf(beans)).toBe(6);
});

it('reserves now when there is no reservation yet, and says so again when asked again', async () => {
  const beans = await inventory.product(10);
  const request = asks([beans, 4]);
  await inventory.reservations.verify(request);
  await inventory.reservations.verify(request);
  expect(await verdictsOn(request.orderId)).toMatchObject([
    { status: 'confirmed', recoveredFromCrash: false },
    { status: 'confirmed', recoveredFromCrash: false },
  ]);
  expect(await inventory.stockOf(beans)).toBe(6);
  expect(await inventory.reservations.reserve(request)).toMatchObject({ kind: 'reserved', alreadyProcessed: true });
});

it('confirms an order that was shipped meanwhile', async () => {
  const request = asks([await inventory.product(10), 4]);
  await inventory.reservations.reserve(request);
  await inventory.reservations.ship(request.orderId);
  await inventory.reservations.verify(request);
  expect(await verdictsOn(request.orderId)).toMatchObject([{ status: 'confirmed', recoveredFromCrash: true }]);
});

it('fails an order for lack of stock and says how much there is', async () => {
  const beans = await inventory.product(3);
  const request = asks([beans, 4]);
  expect(await inventory.reservations.verify(request)).toMatchObject({ kind: 'insufficient_stock' });
  expect(await verdictsOn(request.orderId)).toEqual([
    {
      orderId: request.orderId,
      status: 'failed',
      reason: 'insufficient_stock',
      productId: beans,
      availableStock: 3,
      recoveredFromCrash: false,
    },
  ]);
});

it('fails an order of a product that does not exist', async () => {
  const request = asks([`nothing-${randomUUID().slice(0, 8)}`, 4]);
  await inventory.reservations.verify(request);
  expect(await verdictsOn(request.orderId)).toMatchObject([{ status: 'failed', reason: 'unknown_product' }]);
});

it('keeps the refusal that was decided before', async () => {
  const beans = await inventory.product(3);
  const request = asks([beans, 4]);
  await inventory.reservations.reserve(request);
  await inventory.products.restock({ productId: beans, quantity: 50, key: null, traceparent: null });
  await inventory.reservations.verify(request);
  expect(await verdictsOn(request.orderId)).toMatchObject([
    { status: 'failed', reason: 'insufficient_stock', availableStock: 3 },
  ]);
});

it('fails an order that ended before', async () => {
  const beans = await inventory.product(10);
  const fenced = asks([beans, 1]);
  const released = asks([beans, 1]);
  await inventory.reservations.reserve(released);
  for (const { orderId } of [fenced, released]) {
    await inventory.reservations.release({ orderId, reason: 'gave_up', traceparent: null });
  }
  for (const request of [fenced, released]) {
    await inventory.reservations.verify(request);
    expect(await verdictsOn(request.orderId)).toEqual([
      { orderId: request.orderId, status: 'failed', reason: 'fenced', recoveredFromCrash: false },
    ]);
  }
  expect(await inventory.stockOf(beans)).toBe(10);
});

it('reserves once when a call and its verification meet', async () => {
  const beans = await inventory.product(100);
  const requests = Array.from({ length: 20 }, () => asks([beans, 1]));
  await Promise.all(
    requests.flatMap((request) => [inventory.reservations.verify(request), inventory.reservations.reserve(request)]),
  );
  expect(await inventory.stockOf(beans)).toBe(80);
});
