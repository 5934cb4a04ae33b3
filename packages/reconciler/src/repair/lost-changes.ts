import type { OrderStatus } from '@valerix/contracts/order';
import { outboxRow, writeOutbox } from '@valerix/platform/outbox';
import type { Query } from '../pages.ts';
import { notNeeded, notPossible, type Repairing, type RepairStep, record, repaired } from './repairing.ts';

/** Changes of orders that the orders database lost, as a restore to an earlier moment does, and that the reservation shows. */

const reservationSql = `
  SELECT state, reservation_id, reason, decided_at, settled_at, (
    SELECT jsonb_agg(to_jsonb(line) ORDER BY line_number) FROM reservation_lines AS line
    WHERE line.order_id = reservations.order_id
  ) AS lines
  FROM reservations WHERE order_id = $1`;
// The log entry and the version that it is about need each other, so one statement writes both.
const settleSql = `
  WITH settled AS (
    UPDATE orders SET status = $2, version = version + 1, updated_at = now()
    WHERE order_id = $1 AND status = 'confirmed' RETURNING order_id, version
  )
  INSERT INTO status_log (order_id, version, from_status, to_status, reason, at)
  SELECT order_id, version, 'confirmed', $2, 'reconciled', now() FROM settled RETURNING version`;
const eventSql = `
  SELECT version, customer_id, status, traceparent, (
    SELECT jsonb_agg(jsonb_build_object('productId', product_id, 'quantity', quantity) ORDER BY position)
    FROM order_items WHERE order_items.order_id = orders.order_id
  ) AS items
  FROM orders WHERE order_id = $1`;

interface ReservationNow {
  readonly state: string;
  readonly reservation_id: string;
  readonly reason: string | null;
  readonly decided_at: Date;
  readonly settled_at: Date;
  readonly lines: readonly unknown[];
}

interface OrderNow {
  readonly version: number;
  readonly customer_id: string | null;
  readonly status: OrderStatus;
  readonly traceparent: string | null;
  readonly items: { readonly productId: string; readonly quantity: number }[];
}

const reservationNow = async ({ inventory }: Repairing, orderId: string) =>
  (await inventory.query<ReservationNow>(reservationSql, [orderId]))[0];

/** The change was announced once, and may have been before anybody's memory was lost too; readers know it or learn it. */
async function announce(run: Query, orderId: string, eventType: 'OrderShipped' | 'OrderCancelled'): Promise<void> {
  const [order] = await run<OrderNow>(eventSql, [orderId]);
  if (order === undefined) return;
  const { version: orderVersion, customer_id: customerId, status, items, traceparent } = order;
  const data = { orderId, orderVersion, customerId, items, status };
  await writeOutbox(run, [outboxRow(eventType, data, { traceparent })]);
}

const settle = (
  repairing: Repairing,
  orderId: string,
  to: 'shipped' | 'cancelled',
  finding: Parameters<typeof record>[2],
) =>
  repairing.orders.transaction(async (run) => {
    const [settled] = await run<{ version: number }>(settleSql, [orderId, to]);
    if (settled === undefined) return notNeeded;
    const { version } = settled;
    await announce(run, orderId, to === 'shipped' ? 'OrderShipped' : 'OrderCancelled');
    await record(run, repairing, finding, { status: 'confirmed', version: version - 1 }, { status: to, version });
    return repaired;
  });

/** The stock has left the warehouse, which it does for a shipped order only. */
export const settleAsShipped: RepairStep<'settle_as_shipped'> = async (repairing, { orderId }, finding) => {
  const reservation = await reservationNow(repairing, orderId);
  if (reservation?.state !== 'shipped') return notPossible('its reservation is not shipped');
  return settle(repairing, orderId, 'shipped', finding);
};

/** The stock was given back because the shopper cancelled. */
export const settleAsCancelled: RepairStep<'settle_as_cancelled'> = async (repairing, { orderId }, finding) => {
  const reservation = await reservationNow(repairing, orderId);
  if (reservation?.state !== 'released' || reservation.reason !== 'cancelled') {
    return notPossible('its reservation was not released by a cancellation');
  }
  return settle(repairing, orderId, 'cancelled', finding);
};

const createSql = `
  WITH line AS (
    SELECT * FROM jsonb_to_recordset($3::jsonb) AS line (
      product_id text, line_number int, quantity int, name text, unit_price_minor bigint, currency text
    )
  ), created AS (
    INSERT INTO orders (order_id, status, version, reservation_id, total_minor, currency, created_at, updated_at, next_check_at)
    SELECT $1, 'pending', 1, $2,
      CASE WHEN count(DISTINCT currency) = 1 THEN sum(unit_price_minor * quantity) END,
      CASE WHEN count(DISTINCT currency) = 1 THEN min(currency) END, $4::timestamptz, $4, $4
    FROM line
    ON CONFLICT (order_id) DO NOTHING RETURNING order_id
  ), listed AS (
    INSERT INTO order_items (order_id, position, product_id, quantity, name, unit_price_minor, currency)
    SELECT order_id, row_number() OVER (ORDER BY line_number) - 1, product_id, quantity, name, unit_price_minor, currency
    FROM created CROSS JOIN line
  )
  INSERT INTO status_log (order_id, version, from_status, to_status, reason, at)
  SELECT order_id, 1, NULL, 'pending', 'reconciled', $4 FROM created RETURNING order_id`;
const stepSql = `
  WITH moved AS (
    UPDATE orders SET status = $2, version = version + 1, updated_at = $3::timestamptz, next_check_at = NULL
    WHERE order_id = $1 RETURNING order_id, version
  )
  INSERT INTO status_log (order_id, version, from_status, to_status, reason, at)
  SELECT order_id, version, $4, $2, 'reconciled', $3 FROM moved`;

/** The goods are gone, so the order there was must be found again. Its customer is not known to the Inventory service. */
export const writeDownAgain: RepairStep<'write_down_again'> = async (repairing, { orderId }, finding) => {
  const reservation = await reservationNow(repairing, orderId);
  if (reservation?.state !== 'shipped') return notPossible('its reservation is not shipped');
  const { reservation_id: reservationId, lines, decided_at: decidedAt, settled_at: settledAt } = reservation;
  return repairing.orders.transaction(async (run) => {
    const created = await run(createSql, [orderId, reservationId, JSON.stringify(lines), decidedAt]);
    if (created.length === 0) return notNeeded;
    await run(stepSql, [orderId, 'confirmed', decidedAt, 'pending']);
    await run(stepSql, [orderId, 'shipped', settledAt, 'confirmed']);
    await announce(run, orderId, 'OrderShipped');
    await record(run, repairing, finding, { order: null }, { status: 'shipped', reservation_id: reservationId, lines });
    return repaired;
  });
};
