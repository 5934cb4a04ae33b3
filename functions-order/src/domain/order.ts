import type { FailureReason, OrderStatus } from '@valerix/contracts/order';

/** One product of an order; its name and price are those of the moment it was reserved, null until then. */
export interface Item {
  readonly productId: string;
  readonly quantity: number;
  readonly name: string | null;
  readonly unitPriceMinor: number | null;
  readonly currency: string | null;
}

/** Why an order failed, or why it waits for verification. */
export type OrderReason = FailureReason | UnsettledReason;

/** Why the outcome of a reservation is not known. `interrupted`: the process that asked never wrote what came of it. */
export type UnsettledReason = 'grpc_timeout' | 'connection_error' | 'circuit_open' | 'interrupted';

/** An order as decisions see it: everything that is stored about it, at one version. */
export interface Order {
  readonly orderId: string;
  readonly customerId: string | null;
  readonly status: OrderStatus;
  /** Counts status changes, from 1. */
  readonly version: number;
  readonly items: readonly Item[];
  readonly reservationId: string | null;
  readonly reason: OrderReason | null;
  readonly refusedProductId: string | null;
  readonly requestedQuantity: number | null;
  readonly availableStock: number | null;
  readonly recoveredFromCrash: boolean;
  readonly totalMinor: number | null;
  readonly currency: string | null;
  readonly traceparent: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When the sweep looks at the order; null once it is settled. */
  readonly nextCheckAt: Date | null;
  /** How often the sweep has asked about the order. */
  readonly checks: number;
}

export interface Intent {
  readonly orderId: string;
  readonly customerId: string | null;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly traceparent: string | null;
  readonly now: Date;
  readonly nextCheckAt: Date;
}

/** The order as it is written before stock is asked for. */
export function newOrder({ orderId, customerId, items, traceparent, now, nextCheckAt }: Intent): Order {
  return {
    orderId,
    customerId,
    status: 'pending',
    version: 1,
    items: items.map(({ productId, quantity }) => ({
      productId,
      quantity,
      name: null,
      unitPriceMinor: null,
      currency: null,
    })),
    reservationId: null,
    reason: null,
    refusedProductId: null,
    requestedQuantity: null,
    availableStock: null,
    recoveredFromCrash: false,
    totalMinor: null,
    currency: null,
    traceparent,
    createdAt: now,
    updatedAt: now,
    nextCheckAt,
    checks: 0,
  };
}
