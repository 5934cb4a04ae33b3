import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inventory, startInventory, typesOf } from './inventory.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory('products');
});
afterAll(() => inventory.stop());

const beans = { name: 'Beans', unitPriceMinor: 1290, currency: 'EUR' };
const fresh = () => `beans-${randomUUID().slice(0, 8)}`;

describe('putting a product', () => {
  it('creates it with its initial stock', async () => {
    const productId = fresh();
    const put = await inventory.products.put(productId, { ...beans, initialStock: 7, lowStockThreshold: 8 }, null);
    expect(put).toEqual({
      created: true,
      product: {
        productId,
        ...beans,
        stock: 7,
        stockVersion: 1,
        lowStockThreshold: 8,
        lowStock: true,
        updatedAt: expect.stringMatching(/Z$/),
      },
    });
    expect(await inventory.products.find(productId)).toEqual(put.product);
    const [event] = await inventory.eventsAbout(productId);
    expect(event).toMatchObject({ eventType: 'StockAdjusted', data: { delta: 7, newStock: 7, reason: 'created' } });
  });

  it('renames and reprices it without touching its stock', async () => {
    const productId = fresh();
    await inventory.products.put(productId, { ...beans, initialStock: 7, lowStockThreshold: 3 }, null);
    const put = await inventory.products.put(productId, { ...beans, unitPriceMinor: 990, initialStock: 500 }, null);
    expect(put).toMatchObject({
      created: false,
      product: { unitPriceMinor: 990, stock: 7, stockVersion: 1, lowStockThreshold: 3 },
    });
    const events = await inventory.eventsAbout(productId);
    expect(events.map(({ data }) => data)).toMatchObject([
      { reason: 'created' },
      { reason: 'details_changed', delta: 0, newStock: 7, unitPriceMinor: 990 },
    ]);
  });

  it('announces nothing when nothing changed', async () => {
    const productId = fresh();
    for (let n = 0; n < 3; n += 1) await inventory.products.put(productId, beans, null);
    expect(typesOf(await inventory.eventsAbout(productId))).toEqual(['StockAdjusted']);
  });

  it('creates it once when several operators do so at the same moment', async () => {
    const productId = fresh();
    const puts = await Promise.all(
      Array.from({ length: 8 }, () => inventory.products.put(productId, { ...beans, initialStock: 5 }, null)),
    );
    expect(puts.filter(({ created }) => created)).toHaveLength(1);
    expect(await inventory.stockOf(productId)).toBe(5);
  });

  it('keeps the price at which an order was reserved', async () => {
    const productId = await inventory.product(5);
    const request = { orderId: randomUUID(), lines: [{ productId, quantity: 1 }], traceparent: null };
    await inventory.reservations.reserve(request);
    await inventory.products.put(productId, { ...beans, unitPriceMinor: 1 }, null);
    expect(await inventory.reservations.reserve(request)).toMatchObject({ lines: [{ unitPriceMinor: 1990 }] });
  });
});

describe('restocking', () => {
  const restock = (productId: string, quantity: number, key: string | null) =>
    inventory.products.restock({ productId, quantity, key, traceparent: null });

  it('adds stock and announces it', async () => {
    const productId = await inventory.product(5);
    expect(await restock(productId, 20, null)).toMatchObject({
      kind: 'restocked',
      product: { stock: 25, stockVersion: 2 },
    });
    const events = await inventory.eventsAbout(productId);
    expect(events.at(-1)?.data).toMatchObject({ delta: 20, newStock: 25, stockVersion: 2, reason: 'restocked' });
  });

  it('happens once for a key, also when asked at the same moment', async () => {
    const productId = await inventory.product(5);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => restock(productId, 20, 'delivery-1')));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual([...Array(7).fill('replayed'), 'restocked']);
    expect(await inventory.stockOf(productId)).toBe(25);
    expect(await restock(productId, 21, 'delivery-1')).toEqual({ kind: 'key_reused' });
    expect(await restock(productId, 1, 'delivery-2')).toMatchObject({ kind: 'restocked', product: { stock: 26 } });
  });

  it('knows the products there are', async () => {
    expect(await restock(fresh(), 1, 'k')).toEqual({ kind: 'unknown_product' });
  });

  it('does not pass what can be kept', async () => {
    const productId = await inventory.product(1_000_000);
    const nearlyAll = 1_000_000_000 - 1_000_000;
    expect(await restock(productId, nearlyAll, null)).toMatchObject({ kind: 'restocked' });
    expect(await restock(productId, 1, null)).toEqual({ kind: 'too_much' });
  });
});

it('lists products in the order of their ids', async () => {
  await Promise.all([inventory.product(1), inventory.product(2)]);
  const ids = (await inventory.products.list()).map(({ productId }) => productId);
  expect(ids).toEqual([...ids].sort());
  expect(await inventory.products.find('nothing')).toBeUndefined();
});
