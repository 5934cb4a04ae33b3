import type { Sql } from '../system/books.ts';

/** What a shopper was told: about a request to order, to cancel, to ship, or about what became of an order. */
export interface Told {
  readonly act: 'order' | 'cancel' | 'ship' | 'ask';
  /** Of the idempotency key; for a request without one, unique. */
  readonly key: string;
  readonly customerId: string;
  readonly isKeyed: boolean;
  readonly status: number | 'no answer' | 'hung';
  readonly orderId: string | undefined;
  /** The status of the order that the answer gave. */
  readonly orderStatus: string | undefined;
  /** What a problem document called it. */
  readonly code: string | undefined;
  readonly ms: number;
}

interface OrderRow {
  readonly order_id: string;
  readonly customer_id: string | null;
  readonly status: string;
}

/** Answers that a system whose parts fail, or that has too much to do, may give; above all, 500 is none of them. */
const clearAnswers: Readonly<Record<Told['act'], readonly number[]>> = {
  order: [200, 201, 202, 409, 429, 503],
  cancel: [200, 409, 503],
  ship: [200, 409, 503],
  ask: [200, 503],
};

/** Statuses that an order can still have once a shopper has seen the first. */
const laterStatuses: Readonly<Record<string, readonly string[]>> = {
  confirmed: ['confirmed', 'cancelled', 'shipped'],
  failed: ['failed'],
  cancelled: ['cancelled'],
  shipped: ['shipped'],
};

export interface ToldLimits {
  /** An answer to a request to order may take this long. */
  readonly slowestMs: number;
  /** An Order process died, and with it the memory of the orders that it was to take back. */
  readonly hasForgotten: boolean;
}

/**
 * Holds what shoppers were told against what became of their orders: nothing they saw was taken back, what was said to be
 * cancelled or shipped is, what was said to be unrecorded holds no stock, and every answer was a clear one.
 */
export async function toldBreaches(orders: Sql, told: readonly Told[], limits: ToldLimits): Promise<string[]> {
  const customers = [...new Set(told.map(({ customerId }) => customerId))];
  const rows = await orders<OrderRow>(
    'SELECT order_id, customer_id, status FROM orders WHERE customer_id = ANY ($1::text[])',
    [customers],
  );
  const statusOf = new Map(rows.map((row) => [row.order_id, row.status]));
  const ordersOf = Map.groupBy(rows, (row) => row.customer_id ?? '');

  const takenBack = told.flatMap(({ act, status, orderId, orderStatus }) => {
    if (orderId === undefined || orderStatus === undefined) return [];
    const now = statusOf.get(orderId) ?? 'gone';
    const may = laterStatuses[orderStatus];
    if (may === undefined || may.includes(now)) return [];
    return [`Order ${orderId}: a shopper was told ${status} ${orderStatus} (${act}), but it is ${now}.`];
  });
  const undone = told.flatMap(({ act, status, orderId }) => {
    if (status !== 200 || orderId === undefined || (act !== 'cancel' && act !== 'ship')) return [];
    const wanted = act === 'cancel' ? 'cancelled' : 'shipped';
    const now = statusOf.get(orderId);
    return now === wanted ? [] : [`Order ${orderId}: asked to ${act}, answered 200, but it is ${now}.`];
  });
  // With a key, the next try finds the order; without one, nobody would ever know that it holds stock.
  const unrecorded = told.flatMap(({ act, status, isKeyed, customerId }) => {
    if (limits.hasForgotten || act !== 'order' || isKeyed || status !== 503) return [];
    const live = (ordersOf.get(customerId) ?? []).filter((row) => laterStatuses.confirmed?.includes(row.status));
    return live.map((row) => `Order ${row.order_id} is ${row.status}, though its shopper was told that it failed.`);
  });
  const unclear = told.flatMap(({ act, status, orderId, code }) => {
    if (status === 'no answer') return [];
    if (status === 'hung') return [`A request to ${act} ${orderId ?? ''} was never answered.`];
    return clearAnswers[act].includes(status)
      ? []
      : [`A request to ${act} ${orderId ?? ''} was answered ${status} ${code}.`];
  });
  const slow = told
    .filter(({ act, status, ms }) => act === 'order' && typeof status === 'number' && ms > limits.slowestMs)
    .map(({ ms, status }) => `An order waited ${Math.round(ms)} ms for its answer ${status}.`);
  const doubled = [...ordersOf]
    .filter(([, theirs]) => theirs.length > 1)
    .map(([customer, theirs]) => `The one order of ${customer} became ${theirs.length}.`);
  return [...takenBack, ...undone, ...unrecorded, ...unclear, ...slow, ...doubled];
}
