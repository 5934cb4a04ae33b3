import type { OutboxRow } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import type { Order } from '../domain/order.ts';
import type { DomainEvent } from '../domain/order-events.ts';
import { outboxRowsOf, rowOf } from './order-row.ts';

/** An order as it was read and as it is to become, with the events that this makes true. */
export interface OrderChange {
  readonly from: Order;
  readonly next: Order;
  readonly events: readonly OutboxRow[];
}

export const orderChange = (from: Order, next: Order, events: readonly DomainEvent[], now: Date): OrderChange => ({
  from,
  next,
  events: outboxRowsOf(next, events, now),
});

/**
 * Every change that still finds its order as it was read happens, with its log entry, prices and events; the others
 * leave no trace. Orders are locked in the order of their ids, so that two batches cannot wait for each other, and at
 * most one change of a batch wins an order.
 *
 * The ids come once more as an array because the planner knows its length; it takes any JSON for a hundred rows, and
 * read the whole table for a single order (10 ms instead of 1 at 6,500 orders).
 */
const changeSql = `
  WITH input AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS i (
      n int, order_id uuid, from_status text, from_version int, from_checks int, status text, version int,
      reservation_id uuid, reason text, refused_product_id text, requested_quantity int, available_stock int,
      recovered_from_crash boolean, total_minor bigint, currency text, updated_at timestamptz,
      next_check_at timestamptz, checks int, items jsonb, events jsonb
    )
  ), locked AS MATERIALIZED (
    SELECT o.order_id FROM orders o WHERE o.order_id = ANY($2::uuid[])
    ORDER BY o.order_id FOR NO KEY UPDATE
  ), changed AS (
    UPDATE orders o SET
      status = i.status, version = i.version, reservation_id = i.reservation_id, reason = i.reason,
      refused_product_id = i.refused_product_id, requested_quantity = i.requested_quantity,
      available_stock = i.available_stock,
      recovered_from_crash = o.recovered_from_crash OR i.recovered_from_crash,
      total_minor = i.total_minor, currency = i.currency, updated_at = i.updated_at,
      next_check_at = i.next_check_at, checks = i.checks
    FROM locked JOIN input i USING (order_id)
    WHERE o.order_id = locked.order_id AND o.order_id = ANY($2::uuid[])
      AND o.version = i.from_version AND o.status = i.from_status AND o.checks = i.from_checks
    RETURNING i.n
  ), done AS (
    SELECT input.* FROM input JOIN changed USING (n)
  ), logged AS (
    INSERT INTO status_log (order_id, version, from_status, to_status, reason, at)
    SELECT order_id, version, from_status, status, reason, updated_at FROM done WHERE version <> from_version
  ), priced AS (
    UPDATE order_items line SET name = p.name, unit_price_minor = p."unitPriceMinor", currency = p.currency
    FROM done CROSS JOIN LATERAL jsonb_to_recordset(done.items)
      AS p ("productId" text, name text, "unitPriceMinor" bigint, currency text)
    WHERE line.order_id = done.order_id AND line.product_id = p."productId" AND p.name IS NOT NULL
      AND done.status = 'confirmed' AND done.version <> done.from_version
  ), announced AS (
    INSERT INTO outbox (event_id, entity, event_type, body, traceparent)
    SELECT e.event_id, e.entity, e.event_type, e.body, e.traceparent
    FROM done CROSS JOIN LATERAL ROWS FROM (
      jsonb_to_recordset(done.events) AS (event_id uuid, entity text, event_type text, body jsonb, traceparent text)
    ) WITH ORDINALITY AS e (event_id, entity, event_type, body, traceparent, place)
    ORDER BY done.n, e.place
  )
  SELECT n FROM changed`;

/** Writes changes in one statement; answers for each whether it held or the order had moved on. */
export async function changeOrders(run: Database['query'], changes: readonly OrderChange[]): Promise<boolean[]> {
  if (changes.length === 0) return [];
  const rows = await run<{ n: number }>(changeSql, [
    JSON.stringify(changes.map(inputOf)),
    changes.map(({ next }) => next.orderId),
  ]);
  const held = new Set(rows.map(({ n }) => n));
  return changes.map((_, n) => held.has(n));
}

function inputOf({ from, next, events }: OrderChange, n: number) {
  const guard = { from_status: from.status, from_version: from.version, from_checks: from.checks };
  return { n, ...rowOf(next), ...guard, events };
}
