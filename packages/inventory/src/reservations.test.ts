import { randomUUID } from 'node:crypto';
import { makeMetrics } from '@valerix/platform/metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asks, type Inventory, startInventory, typesOf } from './inventory.fixture.ts';
import { makeReservations } from './reservations.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory('reservations');
});
afterAll(() => inventory.stop());

const unknownProduct = () => `nothing-${randomUUID().slice(0, 8)}`;
const release = (orderId: string) =>
  inventory.reservations.release({ orderId, reason: 'cancelled', traceparent: null });

describe('reserving', () => {
  it('takes the stock and answers each line with its name, price and remaining stock', async () => {
    const [beans, cups] = [await inventory.product(10), await inventory.product(5)];
    const outcome = await inventory.reservations.reserve(asks([beans, 3], [cups, 1]));
    expect(outcome).toEqual({
      kind: 'reserved',
      alreadyProcessed: false,
      reservationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      lines: [
        {
          productId: beans,
          quantity: 3,
          remainingStock: 7,
          stockVersion: 2,
          name: 'Espresso beans',
          unitPriceMinor: 1990,
          currency: 'EUR',
        },
        expect.objectContaining({ productId: cups, quantity: 1, remainingStock: 4 }),
      ],
    });
    expect(await inventory.stockOf(beans)).toBe(7);
  });

  it('takes nothing at all when one of several products is short', async () => {
    const [plenty, scarce] = [await inventory.product(10), await inventory.product(1)];
    const outcome = await inventory.reservations.reserve(asks([plenty, 2], [scarce, 2]));
    expect(outcome).toEqual({
      kind: 'insufficient_stock',
      productId: scarce,
      availableStock: 1,
      alreadyProcessed: false,
    });
    expect(await inventory.stockOf(plenty)).toBe(10);
    expect(await inventory.stockOf(scarce)).toBe(1);
  });

  it('sums lines that name the same product', async () => {
    const beans = await inventory.product(10);
    const outcome = await inventory.reservations.reserve(asks([beans, 2], [beans, 3]));
    expect(outcome).toMatchObject({ kind: 'reserved', lines: [{ productId: beans, quantity: 5, remainingStock: 5 }] });
    expect(await inventory.reservations.reserve(asks([beans, 3], [beans, 3]))).toMatchObject({
      kind: 'insufficient_stock',
      availableStock: 5,
    });
  });

  it('refuses a product that does not exist', async () => {
    const unknown = unknownProduct();
    expect(await inventory.reservations.reserve(asks([unknown, 1]))).toEqual({
      kind: 'unknown_product',
      productId: unknown,
      alreadyProcessed: false,
    });
  });

  it('answers a repeat with what was decided the first time and takes nothing more', async () => {
    const beans = await inventory.product(10);
    const request = asks([beans, 4]);
    const first = await inventory.reservations.reserve(request);
    const again = await inventory.reservations.reserve(request);
    expect(again).toEqual({ ...first, alreadyProcessed: true });
    expect(await inventory.stockOf(beans)).toBe(6);
  });

  it('decides one order once when the same call comes many times at the same moment', async () => {
    const beans = await inventory.product(10);
    const request = asks([beans, 4]);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => inventory.reservations.reserve(request)));
    expect(outcomes.filter((outcome) => outcome.kind === 'reserved' && !outcome.alreadyProcessed)).toHaveLength(1);
    expect(
      new Set(outcomes.map((outcome) => (outcome.kind === 'reserved' ? outcome.reservationId : outcome.kind))),
    ).toHaveProperty('size', 1);
    expect(await inventory.stockOf(beans)).toBe(6);
  });

  it('keeps a refusal for good, even when stock arrives afterwards', async () => {
    const beans = await inventory.product(1);
    const request = asks([beans, 2]);
    expect(await inventory.reservations.reserve(request)).toMatchObject({ kind: 'insufficient_stock' });
    await inventory.products.restock({ productId: beans, quantity: 50, key: null, traceparent: null });
    expect(await inventory.reservations.reserve(request)).toEqual({
      kind: 'insufficient_stock',
      productId: beans,
      availableStock: 1,
      alreadyProcessed: true,
    });
    expect(await inventory.stockOf(beans)).toBe(51);
  });

  it('serves requests that share one statement in the order in which they came', async () => {
    const beans = await inventory.product(3);
    const requests = Array.from({ length: 5 }, () => asks([beans, 1]));
    const outcomes = await Promise.all(requests.map((request) => inventory.reservations.reserve(request)));
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'reserved',
      'reserved',
      'reserved',
      'insufficient_stock',
      'insufficient_stock',
    ]);
  });

  it('does not begin a request that nobody waits for any more', async () => {
    const beans = await inventory.product(10);
    const request = asks([beans, 1]);
    expect(await inventory.reservations.reserve(request, () => false)).toEqual({ kind: 'not_begun' });
    expect(await inventory.stockOf(beans)).toBe(10);
    expect(await inventory.reservations.reserve(request)).toMatchObject({ kind: 'reserved', alreadyProcessed: false });
  });

  it('drops a request whose caller gave up while it waited for its turn, and decides those beside it', async () => {
    const beans = await inventory.product(10);
    const { database, outbox } = inventory;
    let gaveUp = false;
    const oneByOne = makeReservations({
      database: {
        ...database,
        // The caller of the second gives up while the first is being decided.
        async query<T>(sql: string, parameters?: readonly unknown[]) {
          gaveUp = true;
          return database.query<T>(sql, parameters);
        },
      },
      outbox,
      metrics: makeMetrics('test'),
      maxBatch: 1,
      maxConcurrent: 1,
    });
    const first = oneByOne.reserve(asks([beans, 1]));
    const second = oneByOne.reserve(asks([beans, 1]), () => !gaveUp);
    const third = oneByOne.reserve(asks([beans, 1]));
    const outcomes = await Promise.all([first, second, third]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['reserved', 'not_begun', 'reserved']);
    expect(await inventory.stockOf(beans)).toBe(8);
  });

  it('answers a product id that is not well-formed as unknown, without failing the calls beside it', async () => {
    const beans = await inventory.product(10);
    const [odd, fine] = await Promise.all([
      inventory.reservations.reserve(asks(['half a \ud83d', 1])),
      inventory.reservations.reserve(asks([beans, 1])),
    ]);
    expect(odd).toMatchObject({ kind: 'unknown_product' });
    expect(fine).toMatchObject({ kind: 'reserved' });
  });

  it('lets a request that the database cannot take fail alone', async () => {
    const beans = await inventory.product(10);
    const [bad, fine] = await Promise.allSettled([
      inventory.reservations.reserve({ ...asks([beans, 1]), orderId: 'not a uuid' }),
      inventory.reservations.reserve(asks([beans, 1])),
    ]);
    expect(bad).toMatchObject({ status: 'rejected' });
    expect(fine).toMatchObject({ status: 'fulfilled', value: { kind: 'reserved' } });
  });

  it('announces one StockReserved per line, each with all that the reservation holds', async () => {
    const [beans, cups] = [await inventory.product(10), await inventory.product(5)];
    const request = asks([beans, 3], [cups, 1]);
    const outcome = await inventory.reservations.reserve(request);
    const events = await inventory.eventsAbout(request.orderId);
    expect(typesOf(events)).toEqual(['StockReserved', 'StockReserved']);
    expect(events.map(({ data }) => data)).toContainEqual({
      orderId: request.orderId,
      productId: beans,
      quantity: 3,
      remainingStock: 7,
      stockVersion: 2,
      reservationId: outcome.kind === 'reserved' && outcome.reservationId,
      reservation: {
        reservationId: outcome.kind === 'reserved' && outcome.reservationId,
        lines: [
          { productId: beans, quantity: 3, name: 'Espresso beans', unitPriceMinor: 1990, currency: 'EUR' },
          { productId: cups, quantity: 1, name: 'Espresso beans', unitPriceMinor: 1990, currency: 'EUR' },
        ],
      },
    });
  });

  it('announces low stock when the threshold is crossed, and not again below it', async () => {
    const beans = await inventory.product(10, 5);
    for (const quantity of [4, 1, 2, 1]) await inventory.reservations.reserve(asks([beans, quantity]));
    await inventory.products.restock({ productId: beans, quantity: 10, key: null, traceparent: null });
    await inventory.reservations.reserve(asks([beans, 8]));
    const alerts = (await inventory.eventsAbout(beans)).filter(({ eventType }) => eventType === 'LowStockAlert');
    expect(alerts.map(({ data }) => data)).toEqual([
      { productId: beans, currentStock: 5, threshold: 5, stockVersion: 3 },
      { productId: beans, currentStock: 4, threshold: 5, stockVersion: 7 },
    ]);
  });
});

describe('releasing', () => {
  it('gives the stock back once', async () => {
    const beans = await inventory.product(10);
    const request = asks([beans, 4]);
    await inventory.reservations.reserve(request);
    expect(await release(request.orderId)).toEqual({ kind: 'released', alreadyProcessed: false });
    expect(await release(request.orderId)).toEqual({ kind: 'released', alreadyProcessed: true });
    expect(await inventory.stockOf(beans)).toBe(10);
    const events = await inventory.eventsAbout(request.orderId);
    expect(typesOf(events)).toEqual(['StockReserved', 'StockReleased']);
    expect(events[1]?.data).toMatchObject({ productId: beans, quantity: 4, newStock: 10, reason: 'cancelled' });
  });

  it('fences an order that holds nothing, so that a reservation on its way is refused', async () => {
    const beans = await inventory.product(10);
    const request = asks([beans, 4]);
    expect(await release(request.orderId)).toEqual({ kind: 'fenced', alreadyProcessed: false });
    expect(await release(request.orderId)).toEqual({ kind: 'fenced', alreadyProcessed: true });
    expect(await inventory.reservations.reserve(request)).toEqual({ kind: 'fenced', alreadyProcessed: true });
    expect(await inventory.stockOf(beans)).toBe(10);
  });

  it('does not let a released order reserve again', async () => {
    const beans = await inventory.product(10);
    const request = asks([beans, 4]);
    await inventory.reservations.reserve(request);
    await release(request.orderId);
    expect(await inventory.reservations.reserve(request)).toEqual({ kind: 'fenced', alreadyProcessed: true });
    expect(await inventory.stockOf(beans)).toBe(10);
  });

  it('leaves a refused order as it is', async () => {
    const request = asks([unknownProduct(), 1]);
    await inventory.reservations.reserve(request);
    expect(await release(request.orderId)).toEqual({ kind: 'never_held', alreadyProcessed: true });
    expect(await inventory.reservations.reserve(request)).toMatchObject({ kind: 'unknown_product' });
  });

  it('refuses to release what has been shipped', async () => {
    const beans = await inventory.product(10);
    const request = asks([beans, 4]);
    await inventory.reservations.reserve(request);
    await inventory.reservations.ship(request.orderId);
    expect(await release(request.orderId)).toMatchObject({ kind: 'shipped' });
    expect(await inventory.stockOf(beans)).toBe(6);
  });

  it('releases several orders of one product at once', async () => {
    const beans = await inventory.product(10);
    const requests = [asks([beans, 1]), asks([beans, 2]), asks([beans, 3])];
    await Promise.all(requests.map((request) => inventory.reservations.reserve(request)));
    await Promise.all(requests.flatMap(({ orderId }) => [release(orderId), release(orderId)]));
    expect(await inventory.stockOf(beans)).toBe(10);
  });
});

describe('shipping', () => {
  it('ships what is held, and again without effect', async () => {
    const request = asks([await inventory.product(10), 4]);
    await inventory.reservations.reserve(request);
    expect(await inventory.reservations.ship(request.orderId)).toEqual({ kind: 'shipped' });
    expect(await inventory.reservations.ship(request.orderId)).toEqual({ kind: 'shipped' });
    expect(await inventory.reservations.reserve(request)).toMatchObject({ kind: 'reserved', alreadyProcessed: true });
  });

  it('does not ship an order that holds nothing', async () => {
    const released = asks([await inventory.product(10), 4]);
    await inventory.reservations.reserve(released);
    await release(released.orderId);
    expect(await inventory.reservations.ship(released.orderId)).toEqual({ kind: 'not_held' });
    expect(await inventory.reservations.ship(randomUUID())).toEqual({ kind: 'not_held' });
  });
});
