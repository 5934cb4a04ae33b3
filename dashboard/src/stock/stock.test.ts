import type { ProductView } from '@valerix/contracts/inventory-api';
import { expect, test } from 'vitest';
import { makeEvent, NOON, reservedEvent } from '../live/events.fixture.ts';
import { hearStockEvents, levelOf, mergeProducts, noStock, PRODUCTS_KEPT } from './stock.ts';

const product = (productId: string, stock: number, stockVersion: number): ProductView => ({
  productId,
  name: `The ${productId}`,
  unitPriceMinor: 100,
  currency: 'EUR',
  stock,
  stockVersion,
  lowStockThreshold: 5,
  lowStock: stock <= 5,
  updatedAt: new Date(NOON).toISOString(),
});

test('of events in the wrong order the one with the latest version counts', () => {
  const known = mergeProducts(noStock, [product('beans', 10, 1)]);
  const after = hearStockEvents(known, [reservedEvent('beans', 3, 8), reservedEvent('beans', 2, 9)]);
  expect(after.rows.get('beans')).toMatchObject({ stock: 8, version: 3, direction: -1, name: 'The beans' });
});

test('a snapshot that was read before an event does not take it back', () => {
  const known = mergeProducts(noStock, [product('beans', 10, 1)]);
  const heard = hearStockEvents(known, [reservedEvent('beans', 2, 9)]);
  expect(mergeProducts(heard, [product('beans', 10, 1)]).rows.get('beans')).toMatchObject({ stock: 9, version: 2 });
});

test('a product that nobody named yet is shown by its id and asks for a snapshot', () => {
  const heard = hearStockEvents(noStock, [reservedEvent('tea', 7, 3)]);
  expect(heard.gaps).toBe(1);
  expect(heard.rows.get('tea')).toMatchObject({ name: 'tea', stock: 3 });
  const merged = mergeProducts(heard, [product('tea', 3, 7)]);
  expect(merged.rows.get('tea')).toMatchObject({ name: 'The tea', stock: 3, lowStockThreshold: 5 });
});

test('stock is marked low at its threshold and sold out at zero', () => {
  const levels = [6, 5, 0].map((stock) => {
    const row = mergeProducts(noStock, [product('beans', stock, 1)]).rows.get('beans');
    return row === undefined ? undefined : levelOf(row);
  });
  expect(levels).toEqual(['enough', 'low', 'out']);
});

test('events that say nothing of stock leave the same object', () => {
  const event = makeEvent('HealthChanged', { service: 'order', dependency: 'database', healthy: false });
  expect(hearStockEvents(noStock, [event])).toBe(noStock);
});

test('products beyond what a person can watch are left out', () => {
  const events = Array.from({ length: PRODUCTS_KEPT + 10 }, (_, index) => reservedEvent(`p${index}`, 1, 1));
  expect(hearStockEvents(noStock, events).rows.size).toBe(PRODUCTS_KEPT);
});
