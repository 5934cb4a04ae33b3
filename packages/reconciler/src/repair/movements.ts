import { notNeeded, notPossible, type RepairStep, record, repaired } from './repairing.ts';

const lockOrderSql = 'SELECT lock_orders(ARRAY[$1::uuid])';
const stateSql = 'SELECT state FROM reservations WHERE order_id = $1';
const settleSql = `
  UPDATE reservations SET state = 'released', settled_at = now(), reason = coalesce(reason, 'reconciled')
  WHERE order_id = $1 AND state = 'held' RETURNING reservation_id`;
const lockProductsSql = `
  SELECT product_id FROM products
  WHERE product_id IN (SELECT product_id FROM reservation_lines WHERE order_id = $1)
  ORDER BY product_id FOR NO KEY UPDATE`;
const giveBackSql = `
  INSERT INTO stock_ledger (product_id, stock_version, kind, delta, previous_stock, new_stock, order_id, reason)
  SELECT product_id, product.stock_version + 1, 'release', line.quantity, product.stock, product.stock + line.quantity,
    line.order_id, 'reconciled'
  FROM reservation_lines AS line JOIN products AS product USING (product_id)
  WHERE line.order_id = $1
    AND NOT EXISTS (
      SELECT FROM stock_ledger AS given_back WHERE given_back.order_id = line.order_id
        AND given_back.product_id = line.product_id AND given_back.kind = 'release'
    )
  ORDER BY product_id
  RETURNING product_id AS "productId", delta AS quantity, new_stock AS "newStock", stock_version::float8 AS "stockVersion"`;
const announceSql = `
  SELECT write_outbox(jsonb_agg(jsonb_build_object('type', 'StockReleased', 'traceparent', NULL, 'data',
    moved || jsonb_build_object('orderId', $1::text, 'reservationId', reservation_id, 'reason', 'reconciled'))))
  FROM jsonb_array_elements($2::jsonb) AS moved, reservations WHERE order_id = $1::uuid`;

/** The ledger has everything back: what is held holds nothing. The database checks that at commit. */
export const settleAsReleased: RepairStep<'settle_as_released'> = (repairing, { orderId }, finding) =>
  repairing.inventory.transaction(async (run) => {
    await run(lockOrderSql, [orderId]);
    const settled = await run(settleSql, [orderId]);
    if (settled.length === 0) return notNeeded;
    await record(run, repairing, finding, { state: 'held' }, { state: 'released' });
    return repaired;
  });

/** The reservation was released for good, so what the ledger did not get back goes back now. */
export const giveBack: RepairStep<'give_back'> = (repairing, { orderId }, finding) =>
  repairing.inventory.transaction(async (run) => {
    await run(lockOrderSql, [orderId]);
    const [reservation] = await run<{ state: string }>(stateSql, [orderId]);
    if (reservation?.state !== 'released') return notPossible('the reservation is not released');
    await run(lockProductsSql, [orderId]);
    const moved = await run(giveBackSql, [orderId]);
    if (moved.length === 0) return notNeeded;
    await run(announceSql, [orderId, JSON.stringify(moved)]);
    await record(run, repairing, finding, { movements: [] }, { movements: moved });
    return repaired;
  });
