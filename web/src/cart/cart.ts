import { limits, type OrderLine, orderLine } from '@valerix/contracts/order';
import { z } from 'zod';

/** What is in the cart, in the order in which it was put there; each product once. */
export type Cart = readonly OrderLine[];

export const cartSchema: z.ZodType<Cart> = z
  .array(orderLine)
  .max(limits.itemsMax)
  .refine((lines) => new Set(lines.map(({ productId }) => productId)).size === lines.length);

export const emptyCart: Cart = [];

/** A whole number that an order may ask for: what is too small becomes 1, what is too large 100. */
export const asQuantity = (wanted: number): number =>
  Number.isFinite(wanted) ? Math.min(limits.quantityMax, Math.max(1, Math.trunc(wanted))) : 1;

export const quantityOf = (cart: Cart, productId: string): number =>
  cart.find((line) => line.productId === productId)?.quantity ?? 0;

export const isFull = (cart: Cart): boolean => cart.length >= limits.itemsMax;

export const pieces = (cart: Cart): number => cart.reduce((sum, { quantity }) => sum + quantity, 0);

/** The cart with so many of the product: 0 takes it out; one more product than an order may name changes nothing. */
export function withQuantity(cart: Cart, productId: string, wanted: number): Cart {
  if (wanted <= 0) return cart.filter((line) => line.productId !== productId);
  const quantity = asQuantity(wanted);
  if (quantityOf(cart, productId) > 0) {
    return cart.map((line) => (line.productId === productId ? { productId, quantity } : line));
  }
  return isFull(cart) ? cart : [...cart, { productId, quantity }];
}

/** The cart without what was just ordered; what was added while the order was on its way stays. */
export const withoutOrdered = (cart: Cart, ordered: Cart): Cart =>
  cart.flatMap(({ productId, quantity }) => {
    const left = quantity - quantityOf(ordered, productId);
    return left > 0 ? [{ productId, quantity: left }] : [];
  });

/** The cart with the lines of a failed order put back, each as often as that order asked for it. */
export const withLines = (cart: Cart, lines: Cart): Cart =>
  lines.reduce((filled, { productId, quantity }) => withQuantity(filled, productId, quantity), cart);

/** Whether two carts would make the same order; the sequence of the lines says nothing. */
export const isSameOrder = (one: Cart, other: Cart): boolean =>
  one.length === other.length && one.every(({ productId, quantity }) => quantityOf(other, productId) === quantity);

export interface PricedProduct {
  readonly productId: string;
  readonly unitPriceMinor: number;
  readonly currency: string;
}

/** What the cart comes to; null while a price is missing or the prices are in different currencies. */
export function totalOf(
  cart: Cart,
  products: readonly PricedProduct[],
): { readonly minor: number; readonly currency: string } | null {
  let minor = 0;
  let currency: string | undefined;
  for (const { productId, quantity } of cart) {
    const product = products.find((candidate) => candidate.productId === productId);
    if (product === undefined || (currency !== undefined && product.currency !== currency)) return null;
    currency = product.currency;
    minor += product.unitPriceMinor * quantity;
  }
  return currency === undefined ? null : { minor, currency };
}
