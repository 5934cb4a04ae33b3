import type { ReservationFacts } from '@valerix/contracts/events';
import type { FailureReason } from '@valerix/contracts/order';
import type { UnsettledReason } from './order.ts';

/** Why an order was refused, and for lack of stock of which product and how much of it there is. */
export interface Refusal {
  readonly reason: FailureReason;
  readonly productId: string | null;
  readonly availableStock: number | null;
}

/** Everything that can happen to an order. */
export type OrderInput =
  /** The request's own ReserveStock call succeeded. */
  | { readonly kind: 'reserved'; readonly reservation: ReservationFacts }
  /** The request's own ReserveStock call was refused. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The request's own ReserveStock call ended without anyone knowing what it did. */
  | { readonly kind: 'outcome_unknown'; readonly reason: UnsettledReason }
  /** The Inventory service tells everyone that it reserved stock. */
  | { readonly kind: 'stock_reserved'; readonly reservation: ReservationFacts }
  /** The Inventory service answers VerifyOrder. */
  | { readonly kind: 'verified'; readonly reservation: ReservationFacts; readonly recoveredFromCrash: boolean }
  | { readonly kind: 'verified_failed'; readonly refusal: Refusal }
  /** The sweep found the order unsettled at the time it was due. */
  | { readonly kind: 'check_due' }
  /** Whoever ordered was told that the order could not be recorded, and it was recorded all the same. */
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'ship' };
