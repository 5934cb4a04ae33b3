import type { OrderLine } from '@valerix/contracts/order';
import type { OrderView } from '@valerix/contracts/order-api';

/** The lines of a failed order with as much of the refused product as there was; without it where there was none. */
export function fillableLines({ items, refusal }: Pick<OrderView, 'items' | 'refusal'>): OrderLine[] {
  return items.flatMap(({ productId, quantity }) => {
    const available = productId === refusal?.productId ? (refusal.availableStock ?? 0) : quantity;
    const wanted = Math.min(quantity, available);
    return wanted > 0 ? [{ productId, quantity: wanted }] : [];
  });
}
