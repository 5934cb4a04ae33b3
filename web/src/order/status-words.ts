import type { OrderStatus } from '@valerix/contracts/order';
import type { OrderDetails } from '@valerix/contracts/order-api';

export interface StatusWords {
  /** The heading of the order's page. */
  readonly title: string;
  /** One sentence below it. */
  readonly lead: string;
  /** One or two words, for a list. */
  readonly short: string;
}

const words: Readonly<Record<OrderStatus, StatusWords>> = {
  pending: { title: 'We have your order', lead: 'We are asking the warehouse to set it aside.', short: 'Received' },
  pending_verification: {
    title: 'The warehouse is slow',
    lead: 'We keep your order and confirm it in a moment; you do not need to order again.',
    short: 'Waiting',
  },
  confirmed: { title: 'Your order is confirmed', lead: 'Everything is set aside for you.', short: 'Confirmed' },
  failed: { title: 'We could not fill this order', lead: 'Nothing was ordered.', short: 'Not filled' },
  cancelled: {
    title: 'This order is cancelled',
    lead: 'Everything is back on the shelf.',
    short: 'Cancelled',
  },
  shipped: { title: 'Your order is on its way', lead: 'It has left the warehouse.', short: 'On its way' },
};

export const statusWords = (status: OrderStatus): StatusWords => words[status];

/** Why an order failed, in words; `nameOf` gives a product the name that the shop knows it by. */
export function failureWords(order: OrderDetails, nameOf: (productId: string) => string): string {
  const { refusal, reason } = order;
  const name = refusal?.productId == null ? null : nameOf(refusal.productId);
  if (reason === 'insufficient_stock' && name !== null) {
    const asked = refusal?.requestedQuantity ?? null;
    const available = refusal?.availableStock ?? null;
    if (asked === null || available === null) return `There is not enough left of ${name}.`;
    const left = available === 0 ? 'none is left' : available === 1 ? '1 is left' : `${available} are left`;
    return `You asked for ${asked} of ${name}, and ${left}.`;
  }
  if (reason === 'unknown_product' && name !== null) return `We no longer sell ${name}.`;
  return order.message;
}
