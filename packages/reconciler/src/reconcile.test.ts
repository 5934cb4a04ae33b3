import { randomUUID } from 'node:crypto';
import { orderStatuses } from '@valerix/contracts/order';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isLegal } from '../../../functions-order/src/domain/transitions.ts';
import { openTestBooks, type TestBooks, woundBack } from './books.fixture.ts';
import { type Limits, limitsOf } from './limits.ts';
import { legalSteps } from './orders/history.ts';
import { reconcile } from './reconcile.ts';
import { reconcileAndRepair } from './reconcile-and-repair.ts';

let books: TestBooks;
let productId: string;
beforeAll(async () => {
  books = await openTestBooks('reconcile');
});
afterAll(() => books.stop());
beforeEach(async () => {
  await books.empty();
  productId = await books.product(1_000);
  await books.inventory.query('DELETE FROM outbox');
});

const examine = (limits: Partial<Limits> = {}) =>
  reconcile({ orders: books.orders.query, inventory: books.inventory.query }, limits);
const everyStatus = async () => {
  for (const status of orderStatuses) await books.order({ status, productId, key: status });
};
const resultOf = async (check: string, limits: Partial<Limits> = {}) =>
  (await examine(limits)).checks.find((result) => result.check === check);

test('the steps that a history may take are those that the law of orders allows', () => {
  const allowed = orderStatuses.flatMap((from) =>
    orderStatuses.filter((to) => isLegal(from, to)).map((to) => [from, to]),
  );
  expect(new Set(legalSteps.map(String))).toEqual(new Set(allowed.map(String)));
});

test('empty books are right', async () => {
  await books.empty();
  expect(await examine({ strict: true })).toMatchObject({ examined: 0, breaches: 0, inFlight: 0 });
});

describe('books that the services kept', () => {
  test('are right, and every check says what it looked at', async () => {
    await everyStatus();
    const { checks, breaches } = await examine({ graceMs: 0 });
    expect(breaches).toBe(0);
    expect(Object.fromEntries(checks.map(({ check, examined }) => [check, examined]))).toEqual({
      stock: 1,
      movements: 4,
      inventory_outbox: 0,
      inventory_quarantine: 0,
      history: 6,
      confirmed_orders: 6,
      unsettled_orders: 2,
      orders_outbox: 0,
      orders_quarantine: 0,
      idempotency_keys: 6,
      agreement: 6,
    });
  });

  test('have their unsettled orders in flight, unless nothing may be', async () => {
    await everyStatus();
    expect(await examine()).toMatchObject({ breaches: 0, inFlight: 2 });
    expect(await resultOf('unsettled_orders', { strict: true })).toMatchObject({ breaches: 2, inFlight: 0 });
  });

  test('are left alone by a repair', async () => {
    await everyStatus();
    expect((await reconcileAndRepair(books, { graceMs: 0 })).outcomes).toEqual([]);
  });
});

describe('what may still be on its way', () => {
  const cancelUnheard = async () => {
    const orderId = await books.order({ status: 'confirmed', productId });
    await books.orders.query(
      `WITH gone AS (UPDATE orders SET status = 'cancelled', version = 3, updated_at = now() WHERE order_id = $1)
       INSERT INTO status_log VALUES ($1, 3, 'confirmed', 'cancelled', NULL, now())`,
      [orderId],
    );
    return orderId;
  };
  const age = (orderId: string) =>
    books.orders.query("UPDATE orders SET updated_at = now() - interval '1 hour' WHERE order_id = $1", [orderId]);
  const ageReservation = (orderId: string) =>
    books.corrupt('inventory', "UPDATE reservations SET decided_at = now() - interval '1 hour' WHERE order_id = $1", [
      orderId,
    ]);

  test('is in flight for the grace and a breach afterwards', async () => {
    const orderId = await cancelUnheard();
    expect(await resultOf('agreement')).toMatchObject({ inFlight: 1, breaches: 0 });
    await age(orderId);
    await ageReservation(orderId);
    expect(await resultOf('agreement')).toMatchObject({ inFlight: 0, breaches: 1 });
  });

  test('is in flight at any age while its event waits in the outbox', async () => {
    const orderId = await cancelUnheard();
    await age(orderId);
    await ageReservation(orderId);
    await books.orders.query(
      "INSERT INTO outbox (event_id, entity, event_type, body) VALUES ($1, 'order-events', 'OrderCancelled', $2)",
      [randomUUID(), JSON.stringify({ data: { orderId } })],
    );
    expect(await resultOf('agreement')).toMatchObject({ inFlight: 1, breaches: 0 });
    expect(await resultOf('agreement', { strict: true })).toMatchObject({ inFlight: 0, breaches: 1 });
  });

  test('is in flight when the order changed between the two readings', async () => {
    const orderId = await books.order({ status: 'confirmed', productId });
    await age(orderId);
    let moved = false;
    const inventory: typeof books.inventory.query = async (sql, parameters) => {
      // The whole cancellation happens after the orders were read and before the reservations are.
      if (sql.includes('FROM reservations WHERE $1::uuid') && sql.includes('contents') && !moved) {
        moved = true;
        await books.orders.query(
          `WITH gone AS (UPDATE orders SET status = 'cancelled', version = 3 WHERE order_id = $1)
           INSERT INTO status_log VALUES ($1, 3, 'confirmed', 'cancelled', NULL, now())`,
          [orderId],
        );
        await books.inventory.query('SELECT release_stock($1)', [JSON.stringify([{ order_id: orderId }])]);
      }
      return books.inventory.query(sql, parameters);
    };
    const { checks } = await reconcile({ orders: books.orders.query, inventory }, { graceMs: 0 });
    expect(moved).toBe(true);
    expect(checks.find(({ check }) => check === 'agreement')).toMatchObject({ inFlight: 1, breaches: 0 });
  });

  test('an order handed to the sweep is in flight until the sweep had its time', async () => {
    const orderId = await books.order({ status: 'pending', productId, ageMs: 3_600_000 });
    await books.orders.query("UPDATE orders SET next_check_at = now() + interval '1 day' WHERE order_id = $1", [
      orderId,
    ]);
    const { before, after } = await reconcileAndRepair(books);
    expect([before.breaches, after.breaches, after.inFlight]).toEqual([1, 0, 1]);
  });
});

describe('outbox and quarantine', () => {
  const wait = (sql: string) =>
    books.orders.query(
      `INSERT INTO outbox (event_id, entity, event_type, body, created_at, claimed_until)
       VALUES ($1, 'order-events', 'OrderCreated', '{}', ${sql})`,
      [randomUUID()],
    );

  test('events are in flight first, then a breach that no repair can send', async () => {
    await wait("now(), now() + interval '5 seconds'");
    await wait("now() - interval '1 hour', now()");
    const result = await resultOf('orders_outbox');
    expect(result).toMatchObject({ examined: 2, inFlight: 1, breaches: 1, findings: [{ repairable: null }] });
    expect(result?.findings[0]?.explanation).toMatch(/1 events for order-events are not sent, the oldest since 3600 s/);
  });

  test('a claim that outlives every sender is freed, and recorded', async () => {
    await wait("now(), now() + interval '1 year'");
    const { outcomes, after } = await reconcileAndRepair(books);
    expect(outcomes.map(({ attempt }) => attempt.kind)).toEqual(['repaired']);
    expect(after).toMatchObject({ breaches: 0, inFlight: 1 });
    expect(await books.repairs('orders')).toMatchObject([{ repair: 'free_claims', check_name: 'orders_outbox' }]);
  });

  test.each(['orders', 'inventory'] as const)('messages quarantined by %s are a breach', async (side) => {
    await books[side].query(
      `INSERT INTO quarantined_messages (entity, reader, event_id, event_type, body, reason, detail)
       VALUES ('order-events', 'a-reader', 'e', 'OrderShipped', '{}', 'gave_up', 'deadlock detected')`,
    );
    const result = await resultOf(`${side}_quarantine`);
    expect(result).toMatchObject({ breaches: 1, findings: [{ subject: 'a-reader', repairable: null }] });
    expect(result?.findings[0]?.explanation).toContain('deadlock detected');
  });
});

describe('a repair', () => {
  const lose = async (orderId: string) => {
    for (const table of ['reservation_lines', 'reservations', 'stock_ledger']) {
      await books.corrupt('inventory', `DELETE FROM ${table} WHERE order_id = $1`, [orderId]);
    }
  };

  test('that needs another one first follows it in the same run', async () => {
    const orderId = await books.order({ status: 'confirmed', productId });
    await lose(orderId);
    await books.corrupt('inventory', 'UPDATE products SET stock = 1000, stock_version = 1');
    const unpriced = 'UPDATE order_items SET name = NULL, unit_price_minor = NULL, currency = NULL WHERE order_id = $1';
    await books.corrupt('orders', unpriced, [orderId]);
    const { before, after, runId } = await reconcileAndRepair(books, { graceMs: 0 });
    expect([before.breaches, after.breaches]).toEqual([2, 0]);
    expect((await books.repairs('inventory')).map(({ repair }) => repair)).toEqual(['reserve_again']);
    const records = await books.repairs('orders');
    expect(records.map(({ repair }) => repair).sort()).toEqual(['name_reservation', 'price']);
    expect(new Set(records.map(({ run_id }) => run_id))).toEqual(new Set([runId]));
  });

  test('does not refuse an order for good when there is too little stock', async () => {
    const orderId = await books.order({ status: 'confirmed', productId, quantity: 2 });
    await lose(orderId);
    await books.corrupt('inventory', 'UPDATE stock_ledger SET delta = 1, new_stock = 1');
    await books.corrupt('inventory', 'UPDATE products SET stock = 1, stock_version = 1');
    const { outcomes, after } = await reconcileAndRepair(books, { graceMs: 0 });
    expect(outcomes.map(({ attempt }) => attempt.kind)).toEqual(['not_possible']);
    expect(after.breaches).toBe(1);
    await books.inventory.query('SELECT restock_product($1, 10, NULL, NULL)', [productId]);
    expect((await reconcileAndRepair(books, { graceMs: 0 })).after.breaches).toBe(0);
  });

  test('that the database refuses is reported, and keeps no other from being done', async () => {
    const bad = await books.order({ status: 'confirmed', productId });
    const good = await books.order({ status: 'confirmed', productId });
    await books.orders.query('UPDATE orders SET total_minor = 1 WHERE order_id = ANY ($1::uuid[])', [[bad, good]]);
    // PostgreSQL adds the constraint for new rows only, which is what makes exactly one of the two refuse.
    await books.corrupt('orders', `ALTER TABLE orders ADD CONSTRAINT planted CHECK (order_id <> '${bad}') NOT VALID`);
    try {
      const { outcomes, after } = await reconcileAndRepair(books, { graceMs: 0 });
      const kinds = new Map(outcomes.map(({ finding, attempt }) => [finding.subject, attempt.kind]));
      expect(kinds).toEqual(
        new Map([
          [bad, 'not_possible'],
          [good, 'repaired'],
        ]),
      );
      expect(after.breaches).toBe(1);
    } finally {
      await books.corrupt('orders', 'ALTER TABLE orders DROP CONSTRAINT planted');
    }
  });

  test('satisfies constraints that were dropped and come back afterwards', async () => {
    const constraints = [
      ['unsettled_orders_are_swept', "(next_check_at IS NOT NULL) = (status IN ('pending', 'pending_verification'))"],
      ['confirmed_orders_hold_a_reservation', "status NOT IN ('confirmed', 'shipped') OR reservation_id IS NOT NULL"],
    ] as const;
    for (const [name] of constraints) await books.orders.query(`ALTER TABLE orders DROP CONSTRAINT ${name}`);
    await books.order({ status: 'pending', productId });
    await books.order({ status: 'confirmed', productId });
    await books.orders.query('UPDATE orders SET next_check_at = NULL, reservation_id = NULL');
    const { before, after } = await reconcileAndRepair(books);
    expect([before.breaches, after.breaches]).toEqual([2, 0]);
    expect((await books.repairs('orders')).map(({ repair }) => repair).sort()).toEqual([
      'check_now',
      'name_reservation',
    ]);
    for (const [name, rule] of constraints)
      await books.orders.query(`ALTER TABLE orders ADD CONSTRAINT ${name} CHECK (${rule})`);
  });

  test('leaves a record that cannot be changed', async () => {
    await books.order({ status: 'confirmed', productId });
    await books.orders.query('UPDATE orders SET total_minor = 1');
    await reconcileAndRepair(books, { graceMs: 0 });
    await expect(books.orders.query("UPDATE repairs SET subject = 'x'")).rejects.toThrow('append-only');
    await expect(books.orders.query('DELETE FROM repairs')).rejects.toThrow('append-only');
    await expect(books.orders.query('TRUNCATE repairs')).rejects.toThrow('append-only');
  });
});

test('looking only at the newest finds what is new', async () => {
  const orderId = await books.order({ status: 'confirmed', productId });
  await books.corrupt('inventory', 'DELETE FROM stock_ledger WHERE order_id = $1', [orderId]);
  await books.orders.query('UPDATE orders SET total_minor = 1');
  const { checks } = await examine({ graceMs: 0, newest: 5 });
  const found = checks.filter(({ breaches }) => breaches > 0).map(({ check }) => check);
  expect(found).toEqual(['stock', 'confirmed_orders']);
});

test('limits that are strict allow no time at all', () => {
  expect(limitsOf({ strict: true, graceMs: 9 })).toMatchObject({ graceMs: 0, outboxAgeMs: 0 });
});

test('after a restore what the two sides disagree about counts at once, and what waits for the services never', async () => {
  const orderId = await books.order({ status: 'cancelled', productId });
  for (const sql of woundBack) await books.corrupt('orders', sql, [orderId]);
  await books.order({ status: 'pending_verification', productId, ageMs: 90 * 86_400_000 });
  await books.orders.query(
    `INSERT INTO outbox (event_id, entity, event_type, body, created_at)
     VALUES (gen_random_uuid(), 'order-events', 'OrderShipped', jsonb_build_object('data', jsonb_build_object('orderId', $1::text)),
       now() - interval '90 days')`,
    [orderId],
  );
  const broken = async (limits: Partial<Limits>) =>
    (await examine(limits)).checks.filter(({ breaches }) => breaches > 0).map(({ check }) => check);
  expect(await broken({})).toEqual(['unsettled_orders', 'orders_outbox']);
  expect(await broken({ isStill: true })).toEqual(['agreement']);
});
