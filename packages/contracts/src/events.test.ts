import { expect, test } from 'vitest';
import { entityOf, parseEvent } from './events.ts';

const id = '4be0643f-1d98-4a7e-a8a4-1f5d1d0c3f0a';
const alert = {
  eventType: 'LowStockAlert',
  eventId: id,
  timestamp: '2026-01-02T03:04:05.678Z',
  data: { productId: 'p', currentStock: 2, threshold: 5, stockVersion: 9 },
};

test('a well-formed event is read with its data', () => {
  expect(parseEvent(alert)).toEqual({ kind: 'event', event: alert });
});

test('fields of a later version are tolerated', () => {
  const parsed = parseEvent({ ...alert, extra: 1, data: { ...alert.data, more: true } });
  expect(parsed.kind).toBe('event');
});

test.each([
  ['a string', 'nonsense'],
  ['nothing', undefined],
  ['another type', { ...alert, eventType: 'NoSuchEvent' }],
  ['a name every object has', { ...alert, eventType: 'constructor' }],
  ['no id', { ...alert, eventId: undefined }],
  ['wrong data', { ...alert, data: { productId: 'p', currentStock: -1, threshold: 5, stockVersion: 9 } }],
])('%s is unreadable, with the reason', (_, body) => {
  const parsed = parseEvent(body);
  expect(parsed.kind).toBe('unreadable');
  expect(parsed.kind === 'unreadable' && parsed.detail).toBeTruthy();
});

test('events travel on the entity of their kind', () => {
  expect(entityOf('VerifyOrder')).toBe('verify-orders');
  expect(entityOf('StockReserved')).toBe('inventory-events');
  expect(entityOf('OrderCancelled')).toBe('order-events');
  expect(entityOf('ResponseTime')).toBe('system-metrics');
  expect(entityOf('ChaosChanged')).toBe('system-metrics');
  expect(entityOf('AlertChanged')).toBe('system-metrics');
});
