import { makeLogger } from '@valerix/platform/logger';
import { makeMetrics } from '@valerix/platform/metrics';
import { makeOutbox } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asks, type Inventory, startInventory } from './inventory.fixture.ts';
import { openInventoryDatabase } from './inventory-database.ts';
import { makeReservations, type Reservations } from './reservations.ts';

const logger = makeLogger('test', 'error', () => {});
let inventory: Inventory;
/** Several processes of the service, each with connections of its own. */
const processes: { readonly database: Database; readonly reservations: Reservations }[] = [];

beforeAll(async () => {
  inventory = await startInventory('concurrency');
  for (let n = 0; n < 4; n += 1) {
    const database = openInventoryDatabase({ url: inventory.url, maxConnections: 4, logger, seed: false });
    const outbox = makeOutbox({ database, messaging: inventory.messaging, logger });
    // Small batches, so that many of them meet on the same locks.
    const reservations = makeReservations({
      database,
      outbox,
      metrics: makeMetrics('test'),
      maxBatch: 5,
      maxConcurrent: 4,
    });
    processes.push({ database, reservations });
  }
});
afterAll(async () => {
  await Promise.all(processes.map(({ database }) => database.close()));
  await inventory.stop();
});

const spread = (n: number): Reservations => (processes[n % processes.length] ?? inventory).reservations;

/** Promise 1: row by row, each movement starts where the one before ended, and the last one is the stock on hand. */
async function brokenProducts(): Promise<unknown[]> {
  return inventory.database.query(`
    SELECT product_id FROM products
    LEFT JOIN (
      SELECT *, lag(new_stock, 1, 0) OVER (PARTITION BY product_id ORDER BY stock_version) AS expected,
        row_number() OVER (PARTITION BY product_id ORDER BY stock_version) AS expected_version
      FROM stock_ledger
    ) AS movement USING (product_id)
    GROUP BY product_id, products.stock, products.stock_version
    HAVING products.stock < 0 OR products.stock <> sum(delta) OR products.stock_version <> count(*)
      OR bool_or(previous_stock <> expected) OR bool_or(movement.stock_version <> expected_version)`);
}

describe('many callers at once', () => {
  it('sell 100 pieces to exactly 100 of 1,000 orders', async () => {
    const beans = await inventory.product(100);
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, (_, n) => spread(n).reserve(asks([beans, 1]))));
    expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(100);
    expect(outcomes.filter(({ kind }) => kind === 'insufficient_stock')).toHaveLength(900);
    expect(await inventory.stockOf(beans)).toBe(0);
    expect(await brokenProducts()).toEqual([]);
  });

  it('do not deadlock when they name the same products in opposite orders', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => inventory.product(1_000)));
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, (_, n) => {
        const lines = ids.map((id): [string, number] => [id, 1]);
        return spread(n).reserve(asks(...(n % 2 === 0 ? lines : lines.reverse())));
      }),
    );
    expect(outcomes.every(({ kind }) => kind === 'reserved')).toBe(true);
    for (const id of ids) expect(await inventory.stockOf(id)).toBe(700);
    expect(await brokenProducts()).toEqual([]);
  });

  it('reserve, verify, release, ship and restock the same orders in any order, and every order ends with one outcome', async () => {
    const [beans, cups] = [await inventory.product(60, 5), await inventory.product(60, 5)];
    const requests = Array.from({ length: 100 }, (_, n) =>
      n % 2 === 0 ? asks([beans, 1]) : asks([beans, 1], [cups, 1]),
    );
    const work = requests.flatMap((request, n) => [
      () => spread(n).reserve(request),
      () => spread(n + 1).verify(request),
      () => spread(n + 2).reserve(request),
      ...(n % 3 === 0
        ? [() => spread(n + 3).release({ orderId: request.orderId, reason: null, traceparent: null })]
        : []),
      ...(n % 5 === 0 ? [() => spread(n).ship(request.orderId)] : []),
      ...(n % 10 === 0
        ? [() => inventory.products.restock({ productId: beans, quantity: 3, key: `k${n}`, traceparent: null })]
        : []),
    ]);
    await Promise.all(work.map((begin) => begin()));

    expect(await brokenProducts()).toEqual([]);
    const unbalanced = await inventory.database.query(`
      SELECT order_id, state FROM reservations LEFT JOIN stock_ledger USING (order_id)
      GROUP BY order_id, state
      HAVING coalesce(sum(delta) <> 0, false) <> (state IN ('held', 'shipped'))`);
    expect(unbalanced).toEqual([]);
    for (const { orderId } of requests) await inventory.eventsAbout(orderId);
  });
});
