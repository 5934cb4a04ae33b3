import type { AnyEvent } from '@valerix/contracts/events';
import type { OrderStatus } from '@valerix/contracts/order';
import type { OrderDetails } from '@valerix/contracts/order-api';

/** What this page knows of an order, and of what it has still to be told. */
export interface KnownOrder {
  readonly order: OrderDetails | null;
  /** The highest version that anybody spoke of; above the order's own, the order has to be fetched. */
  readonly heardVersion: number;
}

export const nothingKnown: KnownOrder = { order: null, heardVersion: 0 };

/** Takes an order as the service gave it; one that is older than what is known changes nothing. */
export function withOrder(known: KnownOrder, order: OrderDetails): KnownOrder {
  if (known.order !== null && order.orderVersion < known.order.orderVersion) return known;
  return { order, heardVersion: Math.max(known.heardVersion, order.orderVersion) };
}

/** Takes note of events; those about other orders and those that are no news change nothing. */
export function withEvents(known: KnownOrder, orderId: string, events: readonly AnyEvent[]): KnownOrder {
  const versions = events.flatMap(({ data }) =>
    'orderVersion' in data && data.orderId.toLowerCase() === orderId.toLowerCase() ? [data.orderVersion] : [],
  );
  const heardVersion = Math.max(known.heardVersion, ...versions);
  return heardVersion === known.heardVersion ? known : { ...known, heardVersion };
}

const unsettled: ReadonlySet<OrderStatus> = new Set(['pending', 'pending_verification']);
const final: ReadonlySet<OrderStatus> = new Set(['failed', 'cancelled', 'shipped']);

export const isUnsettled = (status: OrderStatus): boolean => unsettled.has(status);

/** Nothing can happen to the order any more. */
export const isFinal = (status: OrderStatus): boolean => final.has(status);

export const isOutdated = ({ order, heardVersion }: KnownOrder): boolean => heardVersion > (order?.orderVersion ?? 0);

/** Whether the page still waits to be told something: the order is unknown, unsettled or known to be newer. */
export const isWaiting = (known: KnownOrder): boolean =>
  known.order === null || isUnsettled(known.order.status) || isOutdated(known);
