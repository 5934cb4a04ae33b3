import { expect, test } from 'vitest';
import {
  asQuantity,
  type Cart,
  cartSchema,
  emptyCart,
  isSameOrder,
  pieces,
  quantityOf,
  totalOf,
  withLines,
  withoutOrdered,
  withQuantity,
} from './cart.ts';

const line = (productId: string, quantity: number) => ({ productId, quantity });
const cart: Cart = [line('beans', 2), line('kettle', 1)];
const full: Cart = Array.from({ length: 20 }, (_, index) => line(`product-${index}`, 1));

test('a product is added at the end, changed in its place and taken out at zero', () => {
  expect(withQuantity(cart, 'scale', 3)).toEqual([line('beans', 2), line('kettle', 1), line('scale', 3)]);
  expect(withQuantity(cart, 'beans', 5)).toEqual([line('beans', 5), line('kettle', 1)]);
  expect(withQuantity(cart, 'beans', 0)).toEqual([line('kettle', 1)]);
});

test('a quantity stays between 1 and 100', () => {
  expect([-3, 0, 1, 7.9, 100, 101, Number.NaN].map(asQuantity)).toEqual([1, 1, 1, 7, 100, 100, 1]);
  expect(quantityOf(withQuantity(cart, 'beans', 4000), 'beans')).toBe(100);
});

test('an order names at most 20 products: the 21st is not taken, while those inside can still change', () => {
  expect(withQuantity(full, 'one-more', 1)).toBe(full);
  expect(pieces(withQuantity(full, 'product-3', 9))).toBe(28);
});

test('the total adds up minor units exactly', () => {
  const products = [
    { productId: 'beans', unitPriceMinor: 2190, currency: 'EUR' },
    { productId: 'kettle', unitPriceMinor: 12_999, currency: 'EUR' },
  ];
  expect(totalOf(cart, products)).toEqual({ minor: 17_379, currency: 'EUR' });
});

test('there is no total while a price is missing, over two currencies, or over nothing', () => {
  const beans = { productId: 'beans', unitPriceMinor: 2190, currency: 'EUR' };
  expect(totalOf(cart, [beans])).toBeNull();
  expect(totalOf(cart, [beans, { productId: 'kettle', unitPriceMinor: 1, currency: 'USD' }])).toBeNull();
  expect(totalOf(emptyCart, [beans])).toBeNull();
});

test('the same lines in another sequence are the same order, another quantity is not', () => {
  expect(isSameOrder(cart, [line('kettle', 1), line('beans', 2)])).toBe(true);
  expect(isSameOrder(cart, [line('kettle', 1), line('beans', 3)])).toBe(false);
  expect(isSameOrder(cart, [line('beans', 2)])).toBe(false);
});

test('what was ordered leaves the cart, what was added in the meantime stays', () => {
  expect(withoutOrdered([line('beans', 3), line('kettle', 1), line('scale', 1)], cart)).toEqual([
    line('beans', 1),
    line('scale', 1),
  ]);
});

test('lines of a failed order come back with their own quantities and leave the rest alone', () => {
  expect(withLines([line('beans', 9), line('scale', 1)], [line('beans', 1), line('kettle', 2)])).toEqual([
    line('beans', 1),
    line('scale', 1),
    line('kettle', 2),
  ]);
});

test('a stored cart with a product twice, too many lines or a wrong quantity is not read', () => {
  for (const wrong of [[line('beans', 1), line('beans', 2)], [...full, line('beans', 1)], [line('beans', 0)]]) {
    expect(cartSchema.safeParse(wrong).success).toBe(false);
  }
  expect(cartSchema.parse(cart)).toEqual(cart);
});
