import { expect, test } from 'vitest';
import type { Answer } from '../app/call.ts';
import { meaningOf, pauseBefore, purchaseOf, resumesUnasked } from './purchase.ts';

const HOUR = 60 * 60 * 1000;
const beans = [{ productId: 'beans', quantity: 2 }];
const open = { key: 'first', items: beans, begunAt: 0 };
const newKey = () => 'second';

const problem = (status: number, code: string, more: object = {}): Answer<never> => ({
  kind: 'problem',
  problem: { status, code, detail: null, orderId: null, retryAfterMs: null, ...more },
});

test('an open purchase of the same content keeps its key', () => {
  expect(purchaseOf([...beans], open, HOUR, newKey)).toBe(open);
});

test('a changed cart is a new purchase with a key of its own', () => {
  expect(purchaseOf([{ productId: 'beans', quantity: 3 }], open, HOUR, newKey)).toEqual({
    key: 'second',
    items: [{ productId: 'beans', quantity: 3 }],
    begunAt: HOUR,
  });
});

test('a key that the service may have forgotten is not used again', () => {
  expect(purchaseOf(beans, open, 19 * HOUR, newKey).key).toBe('first');
  expect(purchaseOf(beans, open, 21 * HOUR, newKey).key).toBe('second');
});

test('a reload soon after the click goes on by itself, one much later or with another cart does not', () => {
  expect(resumesUnasked(open, beans, 5_000)).toBe(true);
  expect(resumesUnasked(open, beans, HOUR)).toBe(false);
  expect(resumesUnasked(open, [], 5_000)).toBe(false);
});

test('every answer that has an order is final, one that failed at once as well', () => {
  const ordered = (status: string) => meaningOf({ kind: 'answered', body: { orderId: 'o', status } });
  expect(ordered('confirmed')).toEqual({ kind: 'ordered', orderId: 'o', failed: false });
  expect(ordered('pending_verification')).toEqual({ kind: 'ordered', orderId: 'o', failed: false });
  expect(ordered('failed')).toEqual({ kind: 'ordered', orderId: 'o', failed: true });
  expect(meaningOf(problem(409, 'insufficient_stock', { orderId: 'o' }))).toEqual({
    kind: 'ordered',
    orderId: 'o',
    failed: true,
  });
});

test('a request that can never become an order is refused for good', () => {
  for (const [status, code] of [
    [400, 'invalid_request'],
    [422, 'idempotency_key_reused'],
  ] as const) {
    expect(meaningOf(problem(status, code)).kind).toBe('refused');
  }
});

test('what leaves open whether there is an order is asked again with the same key', () => {
  expect(meaningOf({ kind: 'unreachable' })).toEqual({ kind: 'ask_again', why: 'unreachable', afterMs: null });
  expect(meaningOf(problem(429, 'too_many_requests', { retryAfterMs: 4000 }))).toEqual({
    kind: 'ask_again',
    why: 'busy',
    afterMs: 4000,
  });
  expect(meaningOf(problem(503, 'order_not_recorded', { retryAfterMs: 2000 }))).toEqual({
    kind: 'ask_again',
    why: 'unavailable',
    afterMs: 2000,
  });
  expect(meaningOf(problem(500, 'internal_error')).kind).toBe('ask_again');
  expect(meaningOf(problem(200, 'unreadable')).kind).toBe('ask_again');
});

test('the pauses grow, are never shorter than the service asked for, and end with the shopper', () => {
  expect([1, 2, 3, 4, 5, 6].map((asks) => pauseBefore(asks, null))).toEqual([1000, 2000, 4000, 8000, 15_000, null]);
  expect(pauseBefore(1, 5000)).toBe(5000);
});
