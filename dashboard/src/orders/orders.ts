import type { AnyEvent } from '@valerix/contracts/events';
import type { OrderStatus } from '@valerix/contracts/order';
import type { OrderView } from '@valerix/contracts/order-api';
import { describeOrderEvent } from './describe-order-event.ts';

/** What was heard about an order while this page was open. */
export interface HeardEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly at: number;
  readonly words: string;
}

export interface OrderCard {
  readonly orderId: string;
  /** 0 while only events about its stock were heard, whose topic may be faster than that of the order. */
  readonly version: number;
  readonly status: OrderStatus | undefined;
  readonly customerId: string | null;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly reason: string | null;
  readonly recovered: boolean;
  readonly changedAt: number;
  readonly heard: readonly HeardEvent[];
}

export interface Orders {
  /** Least recently changed first, at most `ORDERS_KEPT`. */
  readonly cards: ReadonlyMap<string, OrderCard>;
  /** The order that is looked at, which is kept however many others change. */
  readonly followed: string | undefined;
  /** How often a version was skipped: something was not heard, so a snapshot is due. */
  readonly gaps: number;
}

export const ORDERS_KEPT = 500;
const EVENTS_KEPT_PER_ORDER = 30;

export const noOrders: Orders = { cards: new Map(), followed: undefined, gaps: 0 };

type OrderEvent = Extract<AnyEvent, { data: { orderVersion: number } }>;
type StockEvent = Extract<AnyEvent, { eventType: 'StockReserved' | 'StockReleased' | 'OrderVerified' }>;

const tellsOrder = (event: AnyEvent): event is OrderEvent => 'orderVersion' in event.data;
const tellsStockOfOrder = (event: AnyEvent): event is StockEvent =>
  event.eventType === 'StockReserved' || event.eventType === 'StockReleased' || event.eventType === 'OrderVerified';

/** Folds events in whatever order they arrive: an event older than what is known adds to the history and changes nothing. */
export function hearOrderEvents(orders: Orders, events: readonly AnyEvent[]): Orders {
  const telling = events.filter((event) => tellsOrder(event) || tellsStockOfOrder(event));
  if (telling.length === 0) return orders;
  const cards = new Map(orders.cards);
  let { gaps } = orders;
  for (const event of telling) {
    const { orderId } = event.data;
    const before = cards.get(orderId);
    const after = hear(before ?? unknownOrder(orderId), event);
    if (skipped(before, after)) gaps += 1;
    // Set anew, so that the map stays in the order of the changes.
    cards.delete(orderId);
    cards.set(orderId, after);
    evict(cards, orders.followed);
  }
  return { ...orders, cards, gaps };
}

/** Takes in what the service answered; cards that know a later version stay as they are. */
export function mergeOrders(orders: Orders, views: readonly OrderView[]): Orders {
  const cards = new Map(orders.cards);
  let changed = false;
  for (const view of views) {
    const before = cards.get(view.orderId);
    if (before !== undefined && before.version >= view.orderVersion) continue;
    changed = true;
    cards.set(view.orderId, {
      orderId: view.orderId,
      version: view.orderVersion,
      status: view.status,
      customerId: view.customerId,
      items: view.items.map(({ productId, quantity }) => ({ productId, quantity })),
      reason: view.reason,
      recovered: view.recoveredFromCrash,
      changedAt: Date.parse(view.updatedAt),
      heard: before?.heard ?? [],
    });
  }
  if (!changed) return orders;
  const sorted = new Map([...cards].sort(([, a], [, b]) => a.changedAt - b.changedAt));
  evict(sorted, orders.followed);
  return { ...orders, cards: sorted };
}

/** Says which order is looked at; undefined when none is. */
export const followOrder = (orders: Orders, orderId: string | undefined): Orders =>
  orders.followed === orderId ? orders : { ...orders, followed: orderId };

function hear(before: OrderCard, event: OrderEvent | StockEvent): OrderCard {
  const at = Date.parse(event.timestamp);
  const heard: HeardEvent = {
    eventId: event.eventId,
    eventType: event.eventType,
    at,
    words: describeOrderEvent(event),
  };
  const card = { ...before, heard: [...before.heard, heard].slice(-EVENTS_KEPT_PER_ORDER) };
  if (!tellsOrder(event) || event.data.orderVersion <= before.version) return card;
  const { orderVersion, status, customerId, items } = event.data;
  return {
    ...card,
    version: orderVersion,
    status,
    customerId,
    items,
    reason: 'reason' in event.data ? event.data.reason : null,
    recovered: 'recoveredFromCrash' in event.data ? event.data.recoveredFromCrash : before.recovered,
    changedAt: at,
  };
}

const skipped = (before: OrderCard | undefined, after: OrderCard): boolean =>
  before !== undefined && before.version > 0 && after.version > before.version + 1;

const unknownOrder = (orderId: string): OrderCard => ({
  orderId,
  version: 0,
  status: undefined,
  customerId: null,
  items: [],
  reason: null,
  recovered: false,
  changedAt: 0,
  heard: [],
});

function evict(cards: Map<string, OrderCard>, followed: string | undefined): void {
  for (const orderId of cards.keys()) {
    if (cards.size <= ORDERS_KEPT) return;
    if (orderId !== followed) cards.delete(orderId);
  }
}
