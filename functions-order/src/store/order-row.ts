import type { OrderStatus } from '@valerix/contracts/order';
import { type OutboxRow, outboxRow } from '@valerix/platform/outbox';
import type { Item, Order, OrderReason } from '../domain/order.ts';
import type { DomainEvent } from '../domain/order-events.ts';

/** A row of the view orders_with_items. */
export interface OrderRow {
  readonly order_id: string;
  readonly customer_id: string | null;
  readonly status: OrderStatus;
  readonly version: number;
  readonly reservation_id: string | null;
  readonly reason: OrderReason | null;
  readonly refused_product_id: string | null;
  readonly requested_quantity: number | null;
  readonly available_stock: number | null;
  readonly recovered_from_crash: boolean;
  readonly total_minor: number | null;
  readonly currency: string | null;
  readonly traceparent: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly next_check_at: Date | null;
  readonly checks: number;
  readonly items: readonly Item[];
}

export const orderOf = (row: OrderRow): Order => ({
  orderId: row.order_id,
  customerId: row.customer_id,
  status: row.status,
  version: row.version,
  items: row.items,
  reservationId: row.reservation_id,
  reason: row.reason,
  refusedProductId: row.refused_product_id,
  requestedQuantity: row.requested_quantity,
  availableStock: row.available_stock,
  recoveredFromCrash: row.recovered_from_crash,
  totalMinor: row.total_minor,
  currency: row.currency,
  traceparent: row.traceparent,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  nextCheckAt: row.next_check_at,
  checks: row.checks,
});

export const rowOf = (order: Order): OrderRow => ({
  order_id: order.orderId,
  customer_id: order.customerId,
  status: order.status,
  version: order.version,
  reservation_id: order.reservationId,
  reason: order.reason,
  refused_product_id: order.refusedProductId,
  requested_quantity: order.requestedQuantity,
  available_stock: order.availableStock,
  recovered_from_crash: order.recoveredFromCrash,
  total_minor: order.totalMinor,
  currency: order.currency,
  traceparent: order.traceparent,
  created_at: order.createdAt,
  updated_at: order.updatedAt,
  next_check_at: order.nextCheckAt,
  checks: order.checks,
  items: order.items,
});

/** An order's events as rows of the outbox, in the order's own trace. */
export const outboxRowsOf = (order: Order, events: readonly DomainEvent[], now: Date): OutboxRow[] =>
  events.map(({ type, data }) => outboxRow(type, data, { now, traceparent: order.traceparent }));
