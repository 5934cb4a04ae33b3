import { expect, test } from 'vitest';
import { arrange } from './shelves.ts';

test('every product stands on exactly one shelf, in the shop’s own order', () => {
  const ids = ['coffee-scale', 'never-heard-of', 'espresso-beans-1kg', 'pour-over-set'];
  const arranged = arrange(ids.map((productId) => ({ productId })));
  expect(arranged.map(({ title, products }) => [title, products.map(({ product }) => product.productId)])).toEqual([
    ['Coffee', ['espresso-beans-1kg']],
    ['Brewing', ['pour-over-set', 'coffee-scale']],
    ['More from the shop', ['never-heard-of']],
  ]);
});
