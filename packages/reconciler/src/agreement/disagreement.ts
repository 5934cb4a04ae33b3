import type { AgreementRepair, Repair } from '../finding.ts';

/** An order as the Order service has it; `contents` are its lines in a form that is the same on both sides. */
export interface OrderFacts {
  readonly order_id: string;
  readonly status: string;
  readonly version: number;
  readonly reservation_id: string | null;
  readonly contents: string | null;
  readonly seconds_ago: number;
}

/** What the Inventory service decided for an order. */
export interface ReservationFacts {
  readonly order_id: string;
  readonly state: string;
  readonly reservation_id: string | null;
  /** Why it was released, if it was. */
  readonly reason: string | null;
  readonly contents: string | null;
  readonly seconds_ago: number;
}

export interface Disagreement {
  readonly explanation: string;
  readonly repairable: Repair | null;
}

const ended = new Set(['cancelled', 'failed']);
const agreed: Readonly<Record<string, string>> = { confirmed: 'held', shipped: 'shipped' };

/**
 * What is wrong between an order and its reservation, if anything; null while the order has no outcome yet.
 * A repair carries out what the order says, for the shopper was told so, and only where nothing contradicts it.
 */
export function disagreementOf(
  orderId: string,
  order: OrderFacts | undefined,
  reservation: ReservationFacts | undefined,
): Disagreement | null {
  const state = reservation?.state ?? 'none';
  const isLive = state === 'held' || state === 'shipped';
  const found = (explanation: string, kind?: AgreementRepair) => ({
    explanation,
    repairable: kind === undefined ? null : { kind, orderId },
  });

  if (order === undefined) {
    if (!isLive) return null;
    const explanation = `Order ${orderId} does not exist, but its reservation is ${state}.`;
    return found(explanation, state === 'held' ? 'release' : 'write_down_again');
  }
  const says = `Order ${orderId} is ${order.status}`;
  if (ended.has(order.status)) {
    return isLive ? found(`${says}, but its reservation is ${state}.`, state === 'held' ? 'release' : undefined) : null;
  }
  const wanted = agreed[order.status];
  if (wanted === undefined) return null;
  if (reservation === undefined) return found(`${says}, but there is no reservation for it.`, 'reserve_again');
  if (order.contents !== reservation.contents && isLive) {
    return found(`${says} with ${order.contents}, but its reservation is of ${reservation.contents}.`);
  }
  if (state !== wanted) {
    return found(`${says}, but its reservation is ${state}.`, catchUp(order, reservation));
  }
  // An order without any is a finding of its own side.
  if (order.reservation_id !== null && order.reservation_id !== reservation.reservation_id) {
    const explanation = `${says} by reservation ${order.reservation_id}, but ${reservation.reservation_id} is live.`;
    return found(explanation, 'name_reservation');
  }
  return null;
}

/**
 * Of a confirmed or shipped order and its reservation one is behind, and follows the other. Stock leaves the warehouse, or
 * is given back because of a cancellation, only after the order said so; where the order does not say so any more, as
 * after a restore, the reservation still does.
 */
function catchUp(order: OrderFacts, { state, reason }: ReservationFacts): AgreementRepair | undefined {
  if (state === 'held') return 'ship';
  if (order.status !== 'confirmed') return undefined;
  if (state === 'shipped') return 'settle_as_shipped';
  return state === 'released' && reason === 'cancelled' ? 'settle_as_cancelled' : undefined;
}
