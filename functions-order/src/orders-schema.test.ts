import { randomUUID } from 'node:crypto';
import { orderStatuses } from '@valerix/contracts/order';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OrdersDatabase, openOrdersDatabase } from '../testing/orders-database.ts';
import { recordingOutbox, sampleOrder } from '../testing/sample-orders.ts';
import { isLegal } from './domain/transitions.ts';
import { prepareOrdersDatabase } from './orders-schema.ts';
import { makeCreateOrder, orderIntent } from './store/create-orders.ts';

let orders: OrdersDatabase;
beforeAll(async () => {
  orders = await openOrdersDatabase('orders schema');
});
afterAll(() => orders.drop());

const run = (sql: string, parameters: readonly unknown[] = []) => orders.database.query(sql, parameters);

/** An order as the service writes it. */
async function recorded(): Promise<string> {
  const order = sampleOrder();
  await makeCreateOrder(orders.database, recordingOutbox())(orderIntent(order, null));
  return order.orderId;
}

/** Writes a status change with its log entry, as one statement, whatever the law says. */
const move = (orderId: string, to: string, by = 1) =>
  run(
    `WITH moved AS (
       UPDATE orders SET status = $2, version = version + $3, reservation_id = gen_random_uuid(), reason = 'rejected',
         next_check_at = CASE WHEN $2 IN ('pending', 'pending_verification') THEN now() END
       WHERE order_id = $1 RETURNING order_id, version, status
     )
     INSERT INTO status_log (order_id, version, from_status, to_status, at)
     SELECT order_id, version, 'pending', status, now() FROM moved`,
    [orderId, to, by],
  );

const pathTo = {
  pending: [],
  pending_verification: ['pending_verification'],
  confirmed: ['confirmed'],
  failed: ['failed'],
  cancelled: ['confirmed', 'cancelled'],
  shipped: ['confirmed', 'shipped'],
} as const;

const broke = (constraint: string) => expect.objectContaining({ constraint });

describe.each(orderStatuses)('the database, of an order that is %s,', (from) => {
  test.each(orderStatuses.filter((to) => to !== from))('allows %s only if the law does', async (to) => {
    const orderId = await recorded();
    for (const step of pathTo[from]) await move(orderId, step);
    if (isLegal(from, to)) await move(orderId, to);
    else await expect(move(orderId, to)).rejects.toEqual(broke('only_legal_transitions'));
  });
});

describe('the database refuses', () => {
  test('a status change that skips a version', async () => {
    await expect(move(await recorded(), 'confirmed', 2)).rejects.toEqual(broke('versions_count_status_changes'));
  });

  test('a status change that keeps the version', async () => {
    await expect(
      run(
        "UPDATE orders SET status = 'confirmed', reservation_id = gen_random_uuid(), next_check_at = NULL WHERE order_id = $1",
        [await recorded()],
      ),
    ).rejects.toEqual(broke('versions_count_status_changes'));
  });

  test('a new version without a status change', async () => {
    await expect(run('UPDATE orders SET version = 2 WHERE order_id = $1', [await recorded()])).rejects.toEqual(
      broke('versions_count_status_changes'),
    );
  });

  test('a version that the log does not have', async () => {
    const change = "UPDATE orders SET status = 'pending_verification', version = 2 WHERE order_id = $1";
    await expect(run(change, [await recorded()])).rejects.toEqual(broke('every_version_is_logged'));
  });

  test('an order that does not begin as pending', async () => {
    await expect(
      run(
        "INSERT INTO orders (order_id, status, version, created_at, updated_at, reason) VALUES ($1, 'failed', 1, now(), now(), 'x')",
        [randomUUID()],
      ),
    ).rejects.toEqual(broke('orders_begin_pending'));
  });

  test('an order without a log entry', async () => {
    await expect(
      run(
        "INSERT INTO orders (order_id, status, version, created_at, updated_at, next_check_at) VALUES ($1, 'pending', 1, now(), now(), now())",
        [randomUUID()],
      ),
    ).rejects.toEqual(broke('every_version_is_logged'));
  });

  test('a confirmed order without a reservation', async () => {
    await expect(
      run("UPDATE orders SET status = 'confirmed', version = 2, next_check_at = NULL WHERE order_id = $1", [
        await recorded(),
      ]),
    ).rejects.toEqual(broke('confirmed_orders_hold_a_reservation'));
  });

  test('an unsettled order that no sweep would find', async () => {
    await expect(run('UPDATE orders SET next_check_at = NULL WHERE order_id = $1', [await recorded()])).rejects.toEqual(
      broke('unsettled_orders_are_swept'),
    );
  });

  test('another customer for an order', async () => {
    await expect(
      run("UPDATE orders SET customer_id = 'thief' WHERE order_id = $1", [await recorded()]),
    ).rejects.toEqual(broke('orders_keep_their_identity'));
  });

  test('a line with half a price', async () => {
    await expect(run("UPDATE order_items SET name = 'x' WHERE order_id = $1", [await recorded()])).rejects.toEqual(
      broke('priced_whole_or_not_at_all'),
    );
  });

  test.each(["UPDATE status_log SET reason = 'forged'", 'DELETE FROM status_log', 'TRUNCATE status_log CASCADE'])(
    'to rewrite history: %s',
    async (sql) => {
      await recorded();
      await expect(run(sql)).rejects.toEqual(broke('append_only'));
    },
  );

  test('two orders for one idempotency key', async () => {
    const claim =
      'INSERT INTO idempotency_keys (scope, key, request_hash, order_id, created_at) VALUES ($1, $2, $3, $4, now())';
    await run(claim, ['anna', 'k', 'h', await recorded()]);
    await expect(run(claim, ['anna', 'k', 'h', await recorded()])).rejects.toEqual(broke('idempotency_keys_pkey'));
  });
});

test('instances that start at the same time migrate once', async () => {
  await Promise.all([1, 2, 3].map(() => prepareOrdersDatabase(orders.database)));
  const applied = await run('SELECT name FROM schema_migrations ORDER BY name');
  expect(applied).toEqual(
    expect.arrayContaining([
      { name: 'orders-migrations/001-orders.sql' },
      { name: 'platform-migrations/001-outbox.sql' },
    ]),
  );
});
