import { LONGEST_CLAIM_SECONDS } from '../leftovers.ts';
import { notNeeded, notPossible, type RepairStep, record, repaired } from './repairing.ts';

const linesSql = `
  SELECT product_id, name, unit_price_minor, currency FROM reservation_lines WHERE order_id = $1`;
const lockOrderSql = `
  SELECT total_minor::float8 AS total_minor, currency FROM orders
  WHERE order_id = $1 AND status IN ('confirmed', 'shipped') FOR NO KEY UPDATE`;
const itemsSql = `
  SELECT product_id, name, unit_price_minor::float8 AS unit_price_minor, currency FROM order_items
  WHERE order_id = $1 ORDER BY position`;
// What the shopper was shown stays; only what is missing is filled in.
const priceSql = `
  UPDATE order_items AS item SET name = line.name, unit_price_minor = line.unit_price_minor, currency = line.currency
  FROM jsonb_to_recordset($2::jsonb) AS line (product_id text, name text, unit_price_minor bigint, currency text)
  WHERE item.order_id = $1 AND item.product_id = line.product_id AND item.unit_price_minor IS NULL`;
const totalSql = `
  UPDATE orders SET total_minor = line.total, currency = line.currency
  FROM (
    SELECT CASE WHEN count(DISTINCT currency) = 1 THEN sum(unit_price_minor * quantity) END AS total,
      CASE WHEN count(DISTINCT currency) = 1 THEN min(currency) END AS currency
    FROM order_items WHERE order_id = $1
    HAVING count(unit_price_minor) = count(*)
  ) AS line
  WHERE order_id = $1
  RETURNING total_minor::float8 AS total_minor, orders.currency`;

/** The lines get the names and prices they were reserved at, and the order the sum of them. */
export const price: RepairStep<'price'> = async (repairing, { orderId }, finding) => {
  const lines = await repairing.inventory.query(linesSql, [orderId]);
  return repairing.orders.transaction(async (run) => {
    const [before] = await run(lockOrderSql, [orderId]);
    if (before === undefined) return notNeeded;
    const unpriced = await run(itemsSql, [orderId]);
    await run(priceSql, [orderId, JSON.stringify(lines)]);
    const [after] = await run(totalSql, [orderId]);
    if (after === undefined) return notPossible('no reservation says what its lines cost');
    const items = await run(itemsSql, [orderId]);
    await record(run, repairing, finding, { ...before, items: unpriced }, { ...after, items });
    return repaired;
  });
};

const checkNowSql = `
  UPDATE orders SET next_check_at = now()
  FROM (SELECT next_check_at FROM orders WHERE order_id = $1 FOR NO KEY UPDATE) AS old
  WHERE order_id = $1 AND status IN ('pending', 'pending_verification')
    AND (orders.next_check_at IS NULL OR orders.next_check_at > now())
  RETURNING old.next_check_at AS before, orders.next_check_at AS after`;

/** The sweep asks about the order or gives it up, as it would have; nothing is decided here. */
export const checkNow: RepairStep<'check_now'> = (repairing, { orderId }, finding) =>
  repairing.orders.transaction(async (run) => {
    const [row] = await run<{ before: Date | null; after: Date }>(checkNowSql, [orderId]);
    if (row === undefined) return notNeeded;
    await record(run, repairing, finding, { next_check_at: row.before }, { next_check_at: row.after });
    return repaired;
  });

const forgetSql = `
  DELETE FROM idempotency_keys
  WHERE order_id = $1 AND NOT EXISTS (SELECT FROM orders WHERE orders.order_id = idempotency_keys.order_id)
  RETURNING request_hash, created_at`;

/** A key of no order only keeps its owner from ordering. The record tells no key, which is the customer's own. */
export const forgetKeys: RepairStep<'forget_keys'> = (repairing, { orderId }, finding) =>
  repairing.orders.transaction(async (run) => {
    const keys = await run(forgetSql, [orderId]);
    if (keys.length === 0) return notNeeded;
    await record(run, repairing, finding, { keys }, { keys: [] });
    return repaired;
  });

const freeSql = `
  UPDATE outbox SET claimed_until = now()
  WHERE entity = $1 AND claimed_until > now() + $2 * interval '1 second' RETURNING event_id`;

/** The relay takes the rows at its next round. An event that was sent after all is one that its readers know. */
export const freeClaims: RepairStep<'free_claims'> = (repairing, { side, entity }, finding) =>
  repairing[side].transaction(async (run) => {
    const freed = await run<{ event_id: string }>(freeSql, [entity, LONGEST_CLAIM_SECONDS]);
    if (freed.length === 0) return notNeeded;
    const events = freed.map(({ event_id }) => event_id);
    await record(run, repairing, finding, { claimed: events }, { claimed: [] });
    return repaired;
  });
