import { type OrderStatus, orderStatuses } from '@valerix/contracts/order';
import type { OrderCard, Orders } from './orders.ts';

export type KnownCard = OrderCard & { readonly status: OrderStatus };
export type StatusFilter = OrderStatus | 'all';

const isKnown = (card: OrderCard): card is KnownCard => card.status !== undefined;

/** Latest change first. */
export const knownOrders = ({ cards }: Orders): KnownCard[] => [...cards.values()].filter(isKnown).reverse();

export function countByStatus(cards: readonly KnownCard[]): Readonly<Record<OrderStatus, number>> {
  const counts = Object.fromEntries(orderStatuses.map((status) => [status, 0])) as Record<OrderStatus, number>;
  for (const { status } of cards) counts[status] += 1;
  return counts;
}

export interface VisibleOrders {
  readonly cards: readonly KnownCard[];
  /** How many would stand above the first of them if the list were not held. */
  readonly newer: number;
}

/**
 * The rows to show. A list that is `held` keeps its rows, with their present states, so that nobody clicks on a row that
 * has just moved away.
 */
export function visibleOrders(
  cards: readonly KnownCard[],
  filter: StatusFilter,
  rows: number,
  held: readonly string[] | undefined,
): VisibleOrders {
  const wanted = cards.filter(({ status }) => filter === 'all' || status === filter);
  if (held === undefined) return { cards: wanted.slice(0, rows), newer: 0 };
  const byId = new Map(cards.map((card) => [card.orderId, card]));
  const kept = held.flatMap((orderId) => byId.get(orderId) ?? []);
  const ids = new Set(held);
  return { cards: kept, newer: wanted.filter(({ orderId }) => !ids.has(orderId)).length };
}
