import { SECOND } from '@valerix/platform/durations';
import { makeLogger } from '@valerix/platform/logger';
import { type Database, openDatabase } from '@valerix/platform/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestBooks, type TestBooks } from './books.fixture.ts';
import type { Query } from './pages.ts';
import { reconcile } from './reconcile.ts';

const ORDERS = 20_000;
const PAGE = 1_000;

let books: TestBooks;
let orders: Database;
let inventory: Database;

/** As the command opens a database: with more patience than a service has, for statements over all orders. */
const openPatiently = (url: string) =>
  openDatabase({ url, maxConnections: 2, logger: makeLogger('test', 'error'), statementTimeoutMs: 60 * SECOND });

beforeAll(async () => {
  books = await openTestBooks('many orders');
  orders = openPatiently(books.urls.orders);
  inventory = openPatiently(books.urls.inventory);
  const productId = await books.product(ORDERS);
  // What 20,000 confirmed orders leave behind, written at once.
  await orders.query(
    `WITH made AS (
       INSERT INTO orders (order_id, status, version, created_at, updated_at, next_check_at)
       SELECT gen_random_uuid(), 'pending', 1, now(), now(), now() FROM generate_series(1, $1) RETURNING order_id
     ), lines AS (
       INSERT INTO order_items (order_id, position, product_id, quantity) SELECT order_id, 1, $2, 1 FROM made
     )
     INSERT INTO status_log (order_id, version, to_status, at) SELECT order_id, 1, 'pending', now() FROM made`,
    [ORDERS, productId],
  );
  const ids = (await orders.query<{ order_id: string }>('SELECT order_id FROM orders')).map((row) => row.order_id);
  for (let start = 0; start < ids.length; start += PAGE) {
    const requests = ids.slice(start, start + PAGE).map((order_id) => ({
      order_id,
      source: 'grpc',
      lines: [{ product_id: productId, quantity: 1 }],
    }));
    await inventory.query('SELECT reserve_stock($1) IS NULL', [JSON.stringify(requests)]);
  }
  await inventory.query('DELETE FROM outbox');
  const reservations = await inventory.query('SELECT order_id, reservation_id FROM reservations');
  await orders.query("UPDATE order_items SET name = 'Espresso beans', unit_price_minor = 1990, currency = 'EUR'");
  await orders.query(
    `WITH confirmed AS (
       UPDATE orders SET status = 'confirmed', version = 2, next_check_at = NULL, total_minor = 1990, currency = 'EUR',
         reservation_id = held.reservation_id
       FROM jsonb_to_recordset($1) AS held (order_id uuid, reservation_id uuid) WHERE orders.order_id = held.order_id
       RETURNING orders.order_id
     )
     INSERT INTO status_log SELECT order_id, 2, 'pending', 'confirmed', NULL, now() FROM confirmed`,
    [JSON.stringify(reservations)],
  );
}, 120_000);
afterAll(async () => {
  await Promise.all([orders.close(), inventory.close()]);
  await books.stop();
});

/** Counts the statements, and the most rows that one of them answered. */
function counted(query: Query) {
  const count = { statements: 0, mostRows: 0 };
  const counting: Query = async <T>(sql: string, parameters?: readonly unknown[]) => {
    const rows = await query<T>(sql, parameters);
    count.statements += 1;
    count.mostRows = Math.max(count.mostRows, rows.length);
    return rows;
  };
  return { query: counting, count };
}

test('20,000 orders are examined page by page, however many there are', async () => {
  const ordersRead = counted(orders.query);
  const inventoryRead = counted(inventory.query);
  const report = await reconcile(
    { orders: ordersRead.query, inventory: inventoryRead.query },
    { graceMs: 0, pageSize: PAGE },
  );
  expect(report).toMatchObject({ breaches: 0, inFlight: 0 });
  expect(report.checks.find(({ check }) => check === 'agreement')?.examined).toBe(ORDERS);

  const pages = ORDERS / PAGE;
  expect(ordersRead.count.mostRows).toBe(PAGE);
  expect(inventoryRead.count.mostRows).toBe(PAGE);
  // Two statements a page for each of two checks and one for the merge, and a handful that need no pages.
  expect(ordersRead.count.statements).toBeLessThanOrEqual(5 * pages + 15);
  expect(inventoryRead.count.statements).toBeLessThanOrEqual(3 * pages + 15);
});

test('the findings that are kept are bounded, and the others are counted', async () => {
  await orders.query('UPDATE orders SET total_minor = 7');
  const report = await reconcile({ orders: orders.query, inventory: inventory.query }, { kept: 10 });
  const result = report.checks.find(({ check }) => check === 'confirmed_orders');
  expect(result).toMatchObject({ examined: ORDERS, breaches: ORDERS });
  expect(result?.findings).toHaveLength(10);
});
