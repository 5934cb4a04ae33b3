import type { PricedLine } from '@valerix/contracts/order';

/** A line as it was reserved, with the product's stock right after. */
export interface ReservedLine extends PricedLine {
  readonly remainingStock: number;
  readonly stockVersion: number;
}

/** What was decided for an order. `alreadyProcessed`: by an earlier call. */
export type ReserveOutcome = { readonly alreadyProcessed: boolean } & (
  | { readonly kind: 'reserved'; readonly reservationId: string; readonly lines: readonly ReservedLine[] }
  | { readonly kind: 'insufficient_stock'; readonly productId: string; readonly availableStock: number }
  | { readonly kind: 'unknown_product'; readonly productId: string }
  /** The order ended before this reservation arrived. */
  | { readonly kind: 'fenced' }
);

/** `released` and `fenced` say how the order ends; `never_held`: it was refused; `shipped`: too late. */
export interface ReleaseOutcome {
  readonly kind: 'released' | 'fenced' | 'never_held' | 'shipped';
  readonly alreadyProcessed: boolean;
}

export interface ShipOutcome {
  readonly kind: 'shipped' | 'not_held';
}

export type ReservationState = 'held' | 'shipped' | 'released' | 'refused' | 'fenced';

/** A result of the SQL function reserve_stock. */
export interface ReserveResult {
  readonly state: ReservationState;
  readonly reason: string | null;
  readonly reservationId: string | null;
  readonly productId: string | null;
  readonly availableStock: number | null;
  readonly lines: readonly ReservedLine[] | null;
  readonly alreadyProcessed: boolean;
}

/** Results of release_stock and ship_reservations. */
export interface ReleaseResult {
  readonly state: Exclude<ReservationState, 'held'>;
  readonly alreadyProcessed: boolean;
}

export interface ShipResult {
  readonly state: ReservationState | null;
}

export function reserveOutcome(result: ReserveResult): ReserveOutcome {
  const { state, reason, reservationId, lines, alreadyProcessed, productId, availableStock } = result;
  switch (state) {
    case 'held':
    case 'shipped':
      return { kind: 'reserved', reservationId: reservationId ?? '', lines: lines ?? [], alreadyProcessed };
    case 'refused':
      return reason === 'insufficient_stock'
        ? { kind: reason, productId: productId ?? '', availableStock: availableStock ?? 0, alreadyProcessed }
        : { kind: 'unknown_product', productId: productId ?? '', alreadyProcessed };
    case 'released':
    case 'fenced':
      return { kind: 'fenced', alreadyProcessed };
  }
}

export function releaseOutcome({ state, alreadyProcessed }: ReleaseResult): ReleaseOutcome {
  return { kind: state === 'refused' ? 'never_held' : state, alreadyProcessed };
}

export function shipOutcome({ state }: ShipResult): ShipOutcome {
  return { kind: state === 'shipped' ? 'shipped' : 'not_held' };
}
