import { expect, test } from 'vitest';
import { orderQuery, parseOrderRequest } from './order-api.ts';

const faults = (body: unknown) => {
  const result = parseOrderRequest(body);
  return result.ok ? [] : result.error.issues.map((issue) => issue.path.join('.'));
};

test('the one-product form and the list form mean the same', () => {
  const one = parseOrderRequest({ customerId: 'c', productId: 'p', quantity: 2 });
  const several = parseOrderRequest({ customerId: 'c', items: [{ productId: 'p', quantity: 2 }] });
  expect(one).toEqual(several);
  expect(one).toEqual({
    ok: true,
    request: { customerId: 'c', items: [{ productId: 'p', quantity: 2 }], idempotencyKey: null },
  });
});

test.each([
  ['a missing product', { quantity: 1 }, ['productId']],
  ['a quantity of zero', { productId: 'p', quantity: 0 }, ['quantity']],
  ['a quantity above 100', { productId: 'p', quantity: 101 }, ['quantity']],
  ['half a piece', { productId: 'p', quantity: 1.5 }, ['quantity']],
  ['a quantity in words', { productId: 'p', quantity: '1' }, ['quantity']],
  ['an empty product', { productId: ' ', quantity: 1 }, ['productId']],
  ['a product id of 51 characters', { productId: 'p'.repeat(51), quantity: 1 }, ['productId']],
  ['a control character', { productId: 'p\u0000', quantity: 1 }, ['productId']],
  ['no items', { items: [] }, ['items']],
  [
    'the same product twice',
    {
      items: [
        { productId: 'p', quantity: 1 },
        { productId: 'p', quantity: 1 },
      ],
    },
    ['items.1.productId'],
  ],
  ['21 products', { items: Array.from({ length: 21 }, (_, i) => ({ productId: `p${i}`, quantity: 1 })) }, ['items']],
  ['both forms at once', { productId: 'p', quantity: 1, items: [{ productId: 'p', quantity: 1 }] }, ['']],
  ['several faults', { productId: '', quantity: -1 }, ['productId', 'quantity']],
  ['not an object', 'order', ['']],
])('%s is refused by the name of the field', (_, body, expected) => {
  expect(faults(body)).toEqual(expected);
});

test('a page asks for 50 orders unless it says otherwise, and for no more than 100', () => {
  expect(orderQuery.parse({}).limit).toBe(50);
  expect(orderQuery.safeParse({ limit: '101' }).success).toBe(false);
  expect(orderQuery.parse({ status: 'pending,failed' }).status).toEqual(['pending', 'failed']);
  expect(orderQuery.safeParse({ status: 'lost' }).success).toBe(false);
});
