import type { ErrorCode } from '@valerix/contracts/errors';
import type { ReservationFacts } from '@valerix/contracts/events';
import type { OrderStatus } from '@valerix/contracts/order';
import type { Item, Order, UnsettledReason } from './order.ts';
import {
  type DomainEvent,
  orderCancelled,
  orderConfirmed,
  orderFailed,
  orderPendingVerification,
  orderShipped,
  verifyOrder,
} from './order-events.ts';
import type { OrderInput, Refusal } from './order-input.ts';
import { isTimeToGiveUp, nextCheckAt, type SweepSchedule } from './sweep-schedule.ts';
import { isLegal } from './transitions.ts';

/** What is to be done about an order. */
export type Decision =
  /** A new status, one version on, with the events that this makes true. */
  | { readonly kind: 'transition'; readonly next: Order; readonly events: readonly DomainEvent[] }
  /** The same status and version with something noted about the order. */
  | { readonly kind: 'annotate'; readonly next: Order; readonly events: readonly DomainEvent[] }
  | { readonly kind: 'unchanged'; readonly why: 'already_so' | 'late' | 'in_progress' }
  | { readonly kind: 'refused'; readonly code: ErrorCode };

export interface DecisionContext {
  readonly now: Date;
  readonly schedule: SweepSchedule;
}

const gaveUp: Refusal = { reason: 'gave_up', productId: null, availableStock: null };

const unchanged = (why: 'already_so' | 'late' | 'in_progress'): Decision => ({ kind: 'unchanged', why });

/** Decides what `input` means for `order`. Pure: the caller writes the outcome down, guarded by the order's version. */
export function decide(order: Order, input: OrderInput, context: DecisionContext): Decision {
  switch (input.kind) {
    case 'reserved':
      return confirm(order, input.reservation, false, context);
    case 'stock_reserved':
      // While the request is in flight its own answer settles the order; the event is only its echo.
      if (order.status === 'pending') return unchanged('in_progress');
      return confirm(order, input.reservation, false, context);
    case 'verified':
      return confirm(order, input.reservation, input.recoveredFromCrash, context);
    case 'refused':
    case 'verified_failed':
      return fail(order, input.refusal, context);
    case 'outcome_unknown':
      if (order.status !== 'pending') return unchanged(lateOr(order, 'pending_verification'));
      return toVerification(order, input.reason, 0, context);
    case 'check_due':
      return check(order, context);
    case 'withdrawn':
      return fail(order, gaveUp, context);
    case 'cancel':
      return cancel(order, context);
    case 'ship':
      return ship(order, context);
  }
}

const lateOr = (order: Order, wanted: OrderStatus): 'already_so' | 'late' =>
  order.status === wanted ? 'already_so' : 'late';

function confirm(order: Order, reservation: ReservationFacts, recovered: boolean, context: DecisionContext): Decision {
  if (isLegal(order.status, 'confirmed')) {
    const next: Order = {
      ...moved(order, 'confirmed', context),
      ...priced(order.items, reservation),
      reservationId: reservation.reservationId,
      reason: null,
      recoveredFromCrash: order.recoveredFromCrash || recovered,
    };
    return { kind: 'transition', next, events: [orderConfirmed(next, reservation)] };
  }
  const stands = order.status === 'confirmed' || order.status === 'shipped';
  if (stands && recovered && !order.recoveredFromCrash) {
    return { kind: 'annotate', next: { ...order, recoveredFromCrash: true }, events: [] };
  }
  return unchanged(stands ? 'already_so' : 'late');
}

function fail(order: Order, { reason, productId, availableStock }: Refusal, context: DecisionContext): Decision {
  if (!isLegal(order.status, 'failed')) return unchanged(lateOr(order, 'failed'));
  const refused = order.items.find((item) => item.productId === productId) ?? order.items[0];
  const next: Order = {
    ...moved(order, 'failed', context),
    reason,
    ...(reason === 'insufficient_stock' || reason === 'unknown_product'
      ? {
          refusedProductId: refused?.productId ?? null,
          requestedQuantity: refused?.quantity ?? null,
          availableStock: reason === 'insufficient_stock' ? availableStock : null,
        }
      : {}),
  };
  return { kind: 'transition', next, events: [orderFailed(next, reason)] };
}

function toVerification(order: Order, reason: UnsettledReason, checks: number, context: DecisionContext): Decision {
  const waiting = { ...order, checks };
  const next: Order = {
    ...moved(waiting, 'pending_verification', context),
    reason,
    nextCheckAt: nextCheckAt(waiting, context.now, context.schedule),
  };
  return {
    kind: 'transition',
    next,
    events: [orderPendingVerification(next, reason), verifyOrder(next, reason)],
  };
}

function check(order: Order, context: DecisionContext): Decision {
  const { now, schedule } = context;
  if (order.nextCheckAt === null || order.nextCheckAt > now) return unchanged('late');
  const checks = order.checks + 1;
  if (order.status === 'pending') return toVerification(order, 'interrupted', checks, context);
  if (isTimeToGiveUp(order, now, schedule)) {
    return fail(order, gaveUp, context);
  }
  const next = { ...order, checks, nextCheckAt: nextCheckAt({ ...order, checks }, now, schedule) };
  return { kind: 'annotate', next, events: [verifyOrder(next, unsettledReason(order))] };
}

const unsettledReason = ({ reason }: Order): UnsettledReason =>
  reason === 'grpc_timeout' || reason === 'circuit_open' || reason === 'connection_error' ? reason : 'interrupted';

function cancel(order: Order, context: DecisionContext): Decision {
  if (order.status === 'cancelled') return unchanged('already_so');
  if (order.status === 'pending') return { kind: 'refused', code: 'order_in_progress' };
  if (!isLegal(order.status, 'cancelled')) return { kind: 'refused', code: 'order_not_cancellable' };
  const next: Order = { ...moved(order, 'cancelled', context), reason: null };
  return { kind: 'transition', next, events: [orderCancelled(next)] };
}

function ship(order: Order, context: DecisionContext): Decision {
  if (order.status === 'shipped') return unchanged('already_so');
  if (!isLegal(order.status, 'shipped')) return { kind: 'refused', code: 'order_not_shippable' };
  const next = moved(order, 'shipped', context);
  return { kind: 'transition', next, events: [orderShipped(next)] };
}

const moved = (order: Order, status: OrderStatus, { now }: DecisionContext): Order => ({
  ...order,
  status,
  version: order.version + 1,
  updatedAt: now,
  nextCheckAt: null,
});

/** The lines with the names and prices they were reserved at, and what they come to. */
function priced(items: readonly Item[], { lines }: ReservationFacts): Pick<Order, 'items' | 'totalMinor' | 'currency'> {
  const known = new Map(lines.map((line) => [line.productId, line]));
  const named = items.map((item): Item => {
    const line = known.get(item.productId);
    if (line === undefined) return item;
    const { name, unitPriceMinor, currency } = line;
    return { ...item, name, unitPriceMinor, currency };
  });
  const currency = named[0]?.currency ?? null;
  // A sum over two currencies, or over a line without a price, would be a wrong number.
  const summable = currency !== null && named.every((item) => item.currency === currency);
  const totalMinor = named.reduce((sum, item) => sum + (item.unitPriceMinor ?? 0) * item.quantity, 0);
  return { items: named, totalMinor: summable ? totalMinor : null, currency: summable ? currency : null };
}
