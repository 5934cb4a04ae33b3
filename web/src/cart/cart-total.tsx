import { priceText } from '../app/words.ts';
import type { Catalogue } from '../catalogue/watch-products.ts';
import { type Cart, totalOf } from './cart.ts';

/** What the cart comes to at the prices of this moment. */
export function CartTotal({ cart, catalogue }: { cart: Cart; catalogue: Catalogue }) {
  const total = totalOf(cart, catalogue.products ?? []);
  return (
    <p className="total">
      <span>Total</span>
      <strong className="price">{total === null ? '–' : priceText(total.minor, total.currency)}</strong>
    </p>
  );
}
