import type { Books, Sql } from './books.ts';

/** What a shopper was told about an order. */
export interface ToldOrder {
  readonly key: string;
  readonly status: number | 'no answer';
  readonly orderId: string | undefined;
}

export interface PromiseReport {
  readonly examined: number;
  /** Each broken promise in one sentence; empty when all hold. */
  readonly breaches: readonly string[];
}

interface OrderRow {
  readonly order_id: string;
  readonly status: string;
  readonly version: number;
}

interface ReservationRow {
  readonly order_id: string;
  readonly state: string;
}

const LIVE = new Set(['held', 'shipped']);
const FINAL = new Set(['confirmed', 'failed', 'cancelled', 'shipped']);

/**
 * Holds the books of both services to the promises, once the system is quiet: stock against its ledger, orders against
 * reservations both ways, and what shoppers were told against what there is.
 */
export async function checkPromises(books: Books, told: readonly ToldOrder[] = []): Promise<PromiseReport> {
  const orders = await books.orders<OrderRow>('SELECT order_id, status, version FROM orders');
  const reservations = await books.inventory<ReservationRow>('SELECT order_id, state FROM reservations');
  const breaches = [
    ...(await stockBreaches(books.inventory)),
    ...(await effectBreaches(books.inventory)),
    ...agreementBreaches(orders, reservations),
    ...toldBreaches(orders, told),
    ...(await historyBreaches(books.orders)),
    ...(await leftoverBreaches(books)),
  ];
  return { examined: orders.length + reservations.length + told.length, breaches };
}

/** Promise 1: never below zero, and the ledger adds up to the stock on hand, row by row. */
async function stockBreaches(inventory: Sql): Promise<string[]> {
  const rows = await inventory<{ product_id: string; stock: number; summed: number; broken: number }>(`
    SELECT p.product_id, p.stock, coalesce(sum(l.delta), 0)::int AS summed,
      count(*) FILTER (WHERE l.previous_stock <> l.expected_previous OR l.new_stock <> l.previous_stock + l.delta)::int AS broken
    FROM products p
    LEFT JOIN (
      SELECT *, coalesce(lag(new_stock) OVER (PARTITION BY product_id ORDER BY stock_version), 0) AS expected_previous
      FROM stock_ledger
    ) l USING (product_id)
    GROUP BY p.product_id, p.stock
    HAVING p.stock < 0 OR p.stock <> coalesce(sum(l.delta), 0)
      OR count(*) FILTER (WHERE l.previous_stock <> l.expected_previous OR l.new_stock <> l.previous_stock + l.delta) > 0`);
  return rows.map(
    (row) =>
      `${row.product_id}: ${row.stock} in stock, the ledger says ${row.summed}, ${row.broken} rows do not follow.`,
  );
}

/** Promise 2: an order reserves each product once and releases it at most once, and the ledger shows just that. */
async function effectBreaches(inventory: Sql): Promise<string[]> {
  const rows = await inventory<{
    order_id: string;
    product_id: string;
    state: string;
    reserved: number;
    released: number;
  }>(`
    SELECT r.order_id, coalesce(l.product_id, line.product_id) AS product_id, r.state,
      coalesce(l.reserved, 0)::int AS reserved, coalesce(l.released, 0)::int AS released
    FROM reservations r
    LEFT JOIN reservation_lines line USING (order_id)
    FULL JOIN (
      SELECT order_id, product_id, -sum(delta) FILTER (WHERE kind = 'reserve') AS reserved,
        sum(delta) FILTER (WHERE kind = 'release') AS released,
        count(*) FILTER (WHERE kind = 'reserve') AS reserves, count(*) FILTER (WHERE kind = 'release') AS releases
      FROM stock_ledger WHERE order_id IS NOT NULL GROUP BY order_id, product_id
    ) l ON l.order_id = r.order_id AND l.product_id = line.product_id
    WHERE r.order_id IS NULL
      OR CASE
        WHEN r.state IN ('held', 'shipped') THEN
          l.reserved IS DISTINCT FROM line.quantity OR coalesce(l.released, 0) <> 0 OR l.reserves <> 1
        WHEN r.state = 'released' THEN
          l.reserved IS DISTINCT FROM line.quantity OR l.released IS DISTINCT FROM line.quantity
            OR l.reserves <> 1 OR l.releases <> 1
        ELSE coalesce(l.reserves, 0) > 0 OR coalesce(l.releases, 0) > 0
      END`);
  return rows.map(
    (row) =>
      `Order ${row.order_id}, ${row.product_id}: reservation ${row.state ?? 'missing'}, ` +
      `but the ledger reserved ${row.reserved} and released ${row.released}.`,
  );
}

/** Promise 4: a confirmed or shipped order holds one live reservation, any other none. */
function agreementBreaches(orders: readonly OrderRow[], reservations: readonly ReservationRow[]): string[] {
  const stateOf = new Map(reservations.map((row) => [row.order_id, row.state]));
  const known = new Set(orders.map((row) => row.order_id));
  const disagreeing = orders.flatMap(({ order_id, status }) => {
    const state = stateOf.get(order_id) ?? 'none';
    const expected =
      status === 'confirmed' ? state === 'held' : status === 'shipped' ? state === 'shipped' : !LIVE.has(state);
    return expected ? [] : [`Order ${order_id} is ${status}, but its reservation is ${state}.`];
  });
  const orphans = reservations
    .filter(({ order_id, state }) => LIVE.has(state) && !known.has(order_id))
    .map(({ order_id }) => `Reservation of ${order_id} is live, but there is no such order.`);
  return [...disagreeing, ...orphans];
}

/** Promises 2 and 3: every accepted order is there and finished, and one key made one order. */
function toldBreaches(orders: readonly OrderRow[], told: readonly ToldOrder[]): string[] {
  const statusOf = new Map(orders.map((row) => [row.order_id, row.status]));
  const ordersOfKey = Map.groupBy(
    told.filter(({ orderId }) => orderId !== undefined),
    ({ key }) => key,
  );
  const lost = told.flatMap(({ status, orderId }) => {
    if (status !== 201 && status !== 202) return [];
    if (orderId === undefined) return ['An accepted order was answered without its id.'];
    const now = statusOf.get(orderId);
    if (now === undefined) return [`Order ${orderId} was accepted with ${status} and is lost.`];
    return FINAL.has(now) ? [] : [`Order ${orderId} was accepted with ${status} and is still ${now}.`];
  });
  const doubled = [...ordersOfKey]
    .filter(([, answers]) => new Set(answers.map(({ orderId }) => orderId)).size > 1)
    .map(([key]) => `Idempotency key ${key} made more than one order.`);
  const stuck = orders
    .filter(({ status }) => !FINAL.has(status))
    .map(({ order_id, status }) => `Order ${order_id} is stuck as ${status}.`);
  return [...lost, ...doubled, ...stuck];
}

/** Every status has its line in the log, each following from the one before. */
async function historyBreaches(orders: Sql): Promise<string[]> {
  const rows = await orders<{ order_id: string }>(`
    SELECT o.order_id FROM orders o JOIN status_log s USING (order_id)
    GROUP BY o.order_id, o.version, o.status
    HAVING count(*) <> o.version OR max(s.to_status) FILTER (WHERE s.version = o.version) <> o.status`);
  return rows.map(({ order_id }) => `Order ${order_id}: the status log does not tell how it got where it is.`);
}

/** Promise 5: nothing is left unsent, and nothing had to be set aside. */
async function leftoverBreaches(books: Books): Promise<string[]> {
  const left = async (sql: Sql, service: string) => {
    const [row] = await sql<{ unsent: number; quarantined: number }>(`
      SELECT (SELECT count(*)::int FROM outbox) AS unsent,
        (SELECT count(*)::int FROM quarantined_messages) AS quarantined`);
    return [
      ...(row?.unsent ? [`${row.unsent} events of the ${service} service were never sent.`] : []),
      ...(row?.quarantined ? [`${row.quarantined} messages are quarantined by the ${service} service.`] : []),
    ];
  };
  return [...(await left(books.orders, 'Order')), ...(await left(books.inventory, 'Inventory'))];
}
