import { type OrderView, orderPage } from '@valerix/contracts/order-api';
import type { Caller } from '../live/service-calls.ts';
import type { Orders } from './orders.ts';

/** Orders without an outcome yet. */
export interface Pending {
  readonly count: number;
  /** When the oldest of them was placed, by the service's clock. */
  readonly oldestAt: number | undefined;
  /** There are more than were counted, and older ones. */
  readonly more: boolean;
}

const PER_PAGE = 100;
const PENDING_PAGES_AT_MOST = 5;

export interface OrdersRead {
  readonly orders: readonly OrderView[];
  readonly more: boolean;
}

/** The newest orders, `pages` of a hundred at most; `filter` is a part of the query. */
export async function readOrders(call: Caller, pages: number, filter = ''): Promise<OrdersRead> {
  const orders: OrderView[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages; page += 1) {
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/api/orders?limit=${PER_PAGE}${filter}${after}`;
    const answer = await call({ service: 'order', path, schema: orderPage });
    orders.push(...answer.orders);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return { orders, more: cursor !== null };
}

export const readPendingOrders = (call: Caller): Promise<OrdersRead> =>
  readOrders(call, PENDING_PAGES_AT_MOST, '&status=pending,pending_verification');

/** Orders come newest first, so the oldest is the last one. */
export function pendingOf({ orders, more }: OrdersRead): Pending {
  const oldest = orders.at(-1);
  return {
    count: orders.length,
    oldestAt: oldest === undefined ? undefined : Date.parse(oldest.createdAt),
    more,
  };
}

/** A push that is still on its way is no missed one. */
const PUSH_TAKES_AT_MOST_MS = 10_000;

/** Whether an order stands here as pending that is pending no longer: push is best effort, and its event was lost. */
export function missedOutcomes(orders: Orders, { orders: pending, more }: OrdersRead, now: number): boolean {
  if (more) return false;
  const ids = new Set(pending.map(({ orderId }) => orderId));
  return [...orders.cards.values()].some(
    ({ orderId, status, changedAt }) =>
      (status === 'pending' || status === 'pending_verification') &&
      !ids.has(orderId) &&
      now - changedAt > PUSH_TAKES_AT_MOST_MS,
  );
}
