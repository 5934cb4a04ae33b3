import { inventoryMigrations } from '@valerix/inventory/inventory-database';
import { migrate } from '@valerix/platform/migrate';
import pg from 'pg';
import { ordersMigrations } from '../../../functions-order/src/orders-schema.ts';

/**
 * A shop with so many confirmed orders, of one line each, spread over 1,000 products; each with its two log entries, its
 * idempotency key, its reservation and its movement. Written past the services and the triggers, which would take an hour;
 * every constraint is checked when it is restored.
 */
const fill = {
  orders: [
    `INSERT INTO orders (order_id, customer_id, status, version, reservation_id, total_minor, currency, created_at, updated_at)
     SELECT md5('order' || n)::uuid, 'customer-' || n % 50000, 'confirmed', 2, md5('reservation' || n)::uuid, 1990, 'EUR',
       timestamptz '2027-01-01' + n * interval '1 second', timestamptz '2027-01-01' + n * interval '1.05 second'
     FROM generate_series(1, $1::int) AS n`,
    `INSERT INTO order_items (order_id, position, product_id, quantity, name, unit_price_minor, currency)
     SELECT md5('order' || n)::uuid, 0, 'product-' || n % 1000, 1, 'Espresso beans, roasted on ' || n % 365, 1990, 'EUR'
     FROM generate_series(1, $1::int) AS n`,
    `INSERT INTO status_log (order_id, version, from_status, to_status, at)
     SELECT md5('order' || n)::uuid, version, CASE version WHEN 2 THEN 'pending' END,
       CASE version WHEN 1 THEN 'pending' ELSE 'confirmed' END, timestamptz '2027-01-01' + n * interval '1 second'
     FROM generate_series(1, $1::int) AS n, generate_series(1, 2) AS version`,
    `INSERT INTO idempotency_keys (scope, key, request_hash, order_id, created_at)
     SELECT 'customer-' || n % 50000, md5('key' || n), md5('hash' || n), md5('order' || n)::uuid,
       timestamptz '2027-01-01' + n * interval '1 second'
     FROM generate_series(1, $1::int) AS n`,
  ],
  inventory: [
    `INSERT INTO products (product_id, name, unit_price_minor, currency, stock, stock_version, low_stock_threshold)
     SELECT 'product-' || p, 'Espresso beans', 1990, 'EUR', 100000 - sold, sold + 1, 10
     FROM (SELECT p, (SELECT count(*) FROM generate_series(CASE p WHEN 0 THEN 1000 ELSE p END, $1::int, 1000)) AS sold
           FROM generate_series(0, 999) AS p) AS product`,
    `INSERT INTO stock_ledger (product_id, stock_version, kind, delta, previous_stock, new_stock)
     SELECT 'product-' || p, 1, 'initial', 100000, 0, 100000 FROM generate_series(0, 999) AS p WHERE $1::int > 0`,
    `INSERT INTO stock_ledger (product_id, stock_version, kind, delta, previous_stock, new_stock, order_id, at)
     SELECT 'product-' || n % 1000, (n + 999) / 1000 + 1, 'reserve', -1, 100001 - (n + 999) / 1000,
       100000 - (n + 999) / 1000, md5('order' || n)::uuid, timestamptz '2027-01-01' + n * interval '1 second'
     FROM generate_series(1, $1::int) AS n`,
    `INSERT INTO reservations (order_id, state, source, reservation_id, decided_at)
     SELECT md5('order' || n)::uuid, 'held', 'grpc', md5('reservation' || n)::uuid,
       timestamptz '2027-01-01' + n * interval '1 second'
     FROM generate_series(1, $1::int) AS n`,
    `INSERT INTO reservation_lines (order_id, product_id, reservation_id, line_number, quantity, name, unit_price_minor,
       currency, remaining_stock, stock_version)
     SELECT md5('order' || n)::uuid, 'product-' || n % 1000, md5('reservation' || n)::uuid, 1, 1,
       'Espresso beans, roasted on ' || n % 365, 1990, 'EUR', 100000 - (n + 999) / 1000, (n + 999) / 1000 + 1
     FROM generate_series(1, $1::int) AS n`,
  ],
};

export const folders = { orders: ordersMigrations, inventory: inventoryMigrations };

/** Creates database `name` and fills it as one of the two; answers its URL. */
export async function fillDatabase(adminUrl: string, name: string, kind: 'orders' | 'inventory', orders: number) {
  const url = await createDatabase(adminUrl, name);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = async <T>(sql: string, parameters: readonly unknown[] = []) =>
    (await client.query(sql, [...parameters])).rows as T[];
  const transaction = async <T>(work: (query: typeof run) => Promise<T>): Promise<T> => {
    await run('BEGIN');
    const answer = await work(run);
    await run('COMMIT');
    return answer;
  };
  await migrate({ query: run, transaction }, folders[kind]);
  await run("SET session_replication_role = 'replica'");
  for (const sql of fill[kind]) await run(sql, [orders]);
  await run('VACUUM ANALYZE');
  await run('CHECKPOINT');
  await client.end();
  return url;
}

/** A new, empty database. */
export async function createDatabase(adminUrl: string, name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await admin.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}
