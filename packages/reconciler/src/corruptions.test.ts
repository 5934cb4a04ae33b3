import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestBooks, type TestBooks, woundBack } from './books.fixture.ts';
import type { CheckName, Finding, RepairKind, Side } from './finding.ts';
import { reconcile } from './reconcile.ts';
import { reconcileAndRepair } from './reconcile-and-repair.ts';

let books: TestBooks;
let productId: string;
beforeAll(async () => {
  books = await openTestBooks('corruptions');
});
afterAll(() => books.stop());
beforeEach(async () => {
  await books.empty();
  productId = await books.product(100);
  // Company for the order that each test is about.
  for (const status of ['confirmed', 'shipped', 'cancelled', 'failed'] as const)
    await books.order({ status, productId });
});

const limits = { graceMs: 0 };
const examine = async (): Promise<readonly Finding[]> => {
  const { checks } = await reconcile({ orders: books.orders.query, inventory: books.inventory.query }, limits);
  return checks.flatMap(({ findings }) => findings);
};

interface Corruption {
  readonly name: string;
  /** Plants it and answers what the finding must be about. */
  readonly plant: () => Promise<string>;
  readonly check: CheckName;
  readonly says: RegExp;
}
interface Repairable extends Corruption {
  readonly repair: RepairKind;
  /** Where the record of the repair is. */
  readonly side: Side;
}

const orderWith =
  (status: 'confirmed' | 'shipped' | 'cancelled' | 'failed', side: Side, ...sqls: readonly string[]) =>
  async (): Promise<string> => {
    const orderId = await books.order({ status, productId });
    for (const sql of sqls) await books.corrupt(side, sql, [orderId]);
    return orderId;
  };
/** An order that only the Order service knows, as if the Inventory service had lost it together with its movement. */
const lostReservation = (status: 'confirmed' | 'shipped') => async (): Promise<string> => {
  const orderId = await orderWith(
    status,
    'inventory',
    'DELETE FROM reservation_lines WHERE order_id = $1',
    'DELETE FROM reservations WHERE order_id = $1',
    'DELETE FROM stock_ledger WHERE order_id = $1',
  )();
  await books.corrupt(
    'inventory',
    `UPDATE products SET (stock, stock_version) = (
       SELECT new_stock, stock_version FROM stock_ledger WHERE stock_ledger.product_id = products.product_id
       ORDER BY stock_version DESC LIMIT 1
     )`,
  );
  return orderId;
};

const repairables: readonly Repairable[] = [
  {
    name: 'stock that differs from its ledger',
    plant: async () => {
      await books.corrupt('inventory', 'UPDATE products SET stock = stock + 7 WHERE product_id = $1', [productId]);
      return productId;
    },
    check: 'stock',
    says: /has 103 in stock at version \d, but its ledger adds up to 96/,
    repair: 'correct_stock',
    side: 'inventory',
  },
  {
    name: 'a released reservation whose stock never came back',
    plant: async () => {
      const orderId = await books.order({ status: 'confirmed', productId });
      const release = "UPDATE reservations SET state = 'released', settled_at = now() WHERE order_id = $1";
      await books.corrupt('inventory', release, [orderId]);
      // The shopper cancelled, so both sides agree about the end.
      await books.corrupt('orders', "UPDATE orders SET status = 'cancelled', version = 3 WHERE order_id = $1", [
        orderId,
      ]);
      await books.corrupt('orders', "INSERT INTO status_log VALUES ($1, 3, 'confirmed', 'cancelled', NULL, now())", [
        orderId,
      ]);
      return orderId;
    },
    check: 'movements',
    says: /is released with 2 of product-\w+, but the ledger shows 2 taken and 0 given back/,
    repair: 'give_back',
    side: 'inventory',
  },
  {
    name: 'a held reservation that the ledger gave back',
    plant: orderWith(
      'cancelled',
      'inventory',
      "UPDATE reservations SET state = 'held', settled_at = NULL WHERE order_id = $1",
    ),
    check: 'movements',
    says: /is held with 2 of product-\w+, but the ledger shows 2 taken and 2 given back/,
    repair: 'settle_as_released',
    side: 'inventory',
  },
  {
    name: 'a confirmed order without a reservation',
    plant: lostReservation('confirmed'),
    check: 'agreement',
    says: /is confirmed, but there is no reservation for it/,
    repair: 'reserve_again',
    side: 'inventory',
  },
  {
    name: 'a shipped order without a reservation',
    plant: lostReservation('shipped'),
    check: 'agreement',
    says: /is shipped, but there is no reservation for it/,
    repair: 'reserve_again',
    side: 'inventory',
  },
  {
    name: 'a shipped order whose stock is still held',
    plant: orderWith(
      'shipped',
      'inventory',
      "UPDATE reservations SET state = 'held', settled_at = NULL WHERE order_id = $1",
    ),
    check: 'agreement',
    says: /is shipped, but its reservation is held/,
    repair: 'ship',
    side: 'inventory',
  },
  {
    name: 'a cancelled order that still holds stock',
    plant: orderWith(
      'confirmed',
      'orders',
      "UPDATE orders SET status = 'cancelled', version = 3 WHERE order_id = $1",
      "INSERT INTO status_log VALUES ($1, 3, 'confirmed', 'cancelled', NULL, now())",
    ),
    check: 'agreement',
    says: /is cancelled, but its reservation is held/,
    repair: 'release',
    side: 'inventory',
  },
  {
    name: 'a live reservation of an order that does not exist',
    plant: orderWith(
      'confirmed',
      'orders',
      'DELETE FROM order_items WHERE order_id = $1',
      'DELETE FROM status_log WHERE order_id = $1',
      'DELETE FROM orders WHERE order_id = $1',
    ),
    check: 'agreement',
    says: /does not exist, but its reservation is held/,
    repair: 'release',
    side: 'inventory',
  },
  {
    name: 'an order that was shipped after what its database knows of',
    plant: orderWith('shipped', 'orders', ...woundBack),
    check: 'agreement',
    says: /is confirmed, but its reservation is shipped/,
    repair: 'settle_as_shipped',
    side: 'orders',
  },
  {
    name: 'an order that was cancelled after what its database knows of',
    plant: orderWith('cancelled', 'orders', ...woundBack),
    check: 'agreement',
    says: /is confirmed, but its reservation is released/,
    repair: 'settle_as_cancelled',
    side: 'orders',
  },
  {
    name: 'an order that was made and shipped after what its database knows of',
    plant: orderWith(
      'shipped',
      'orders',
      'DELETE FROM order_items WHERE order_id = $1',
      'DELETE FROM status_log WHERE order_id = $1',
      'DELETE FROM orders WHERE order_id = $1',
    ),
    check: 'agreement',
    says: /does not exist, but its reservation is shipped/,
    repair: 'write_down_again',
    side: 'orders',
  },
  {
    name: 'an order that names another reservation than the live one',
    plant: orderWith('confirmed', 'orders', 'UPDATE orders SET reservation_id = gen_random_uuid() WHERE order_id = $1'),
    check: 'agreement',
    says: /is confirmed by reservation [\w-]+, but [\w-]+ is live/,
    repair: 'name_reservation',
    side: 'orders',
  },
  {
    name: 'a confirmed order without prices',
    plant: orderWith(
      'confirmed',
      'orders',
      'UPDATE order_items SET name = NULL, unit_price_minor = NULL, currency = NULL WHERE order_id = $1',
    ),
    check: 'confirmed_orders',
    says: /1 of its 1 lines have no price/,
    repair: 'price',
    side: 'orders',
  },
  {
    name: 'a total that is not what the lines come to',
    plant: orderWith('shipped', 'orders', 'UPDATE orders SET total_minor = 1 WHERE order_id = $1'),
    check: 'confirmed_orders',
    says: /its total is 1 and its lines come to 3980/,
    repair: 'price',
    side: 'orders',
  },
  {
    name: 'an order that no sweep would look at in time',
    plant: async () => {
      const orderId = await books.order({ status: 'pending', productId, ageMs: 3_600_000 });
      await books.orders.query("UPDATE orders SET next_check_at = now() + interval '1 day' WHERE order_id = $1", [
        orderId,
      ]);
      return orderId;
    },
    check: 'unsettled_orders',
    says: /is pending since 36\d\d s, and the sweep looks at it only in 86\d\d\d s/,
    repair: 'check_now',
    side: 'orders',
  },
  {
    name: 'an idempotency key of an order that does not exist',
    plant: async () => {
      const orderId = randomUUID();
      await books.corrupt('orders', "INSERT INTO idempotency_keys VALUES ('anna', 'k', 'hash', $1, now())", [orderId]);
      return orderId;
    },
    check: 'idempotency_keys',
    says: /stands for order [\w-]+, which does not exist/,
    repair: 'forget_keys',
    side: 'orders',
  },
];

describe.each(repairables)('$name', ({ plant, check, says, repair, side }) => {
  test('is found, explained, repaired and recorded', async () => {
    const subject = await plant();
    const [finding, ...others] = await examine();
    expect(finding).toMatchObject({ check, subject, repairable: { kind: repair } });
    expect(finding?.explanation).toMatch(says);
    for (const other of others) expect(other.subject).toBe(subject);

    const { runId, outcomes } = await reconcileAndRepair(books, limits);
    expect(outcomes[0]?.attempt).toEqual({ kind: 'repaired' });
    const record = (await books.repairs(side)).find((row) => row.repair === repair);
    expect(record).toMatchObject({ run_id: runId, check_name: check, subject });
    expect(record?.before).not.toEqual(record?.after);
    // The sweep settles what was handed to it; everything else is right now.
    expect((await examine()).filter((left) => left.repairable !== null)).toEqual([]);

    expect((await reconcileAndRepair(books, limits)).outcomes).toEqual([]);
  });
});

const beyondRepair: readonly Corruption[] = [
  {
    name: 'a movement that does not follow from the one before',
    plant: async () => {
      const forge = `UPDATE stock_ledger SET previous_stock = previous_stock + 5, new_stock = new_stock + 5
        WHERE product_id = $1 AND stock_version = 3`;
      await books.corrupt('inventory', forge, [productId]);
      return productId;
    },
    check: 'stock',
    says: /2 of 5 movements do not follow from the one before, the first is version 3/,
  },
  {
    name: 'a product whose latest movements are lost',
    plant: async () => {
      const version = '(SELECT max(stock_version) FROM stock_ledger WHERE product_id = $1)';
      await books.inventory.query('SELECT restock_product($1, 5, NULL, NULL)', [productId]);
      await books.inventory.query('DELETE FROM outbox');
      await books.corrupt(
        'inventory',
        `DELETE FROM stock_ledger WHERE product_id = $1 AND stock_version = ${version}`,
        [productId],
      );
      return productId;
    },
    check: 'stock',
    says: /has 101 in stock at version 6, but its ledger adds up to 96 at version 5/,
  },
  {
    name: 'the ledger of a product that is gone',
    plant: async () => {
      const gone = await books.product(3);
      await books.inventory.query('DELETE FROM outbox');
      await books.corrupt('inventory', 'DELETE FROM products WHERE product_id = $1', [gone]);
      return gone;
    },
    check: 'stock',
    says: /has a ledger but is no product any more/,
  },
  {
    name: 'a confirmed order whose reservation was released',
    plant: async () => {
      const orderId = await books.order({ status: 'confirmed', productId });
      await books.inventory.query('SELECT release_stock($1)', [JSON.stringify([{ order_id: orderId }])]);
      await books.inventory.query('DELETE FROM outbox');
      return orderId;
    },
    check: 'agreement',
    says: /is confirmed, but its reservation is released/,
  },
  {
    name: 'a reservation of something else than was ordered',
    plant: orderWith(
      'confirmed',
      'orders',
      'UPDATE order_items SET quantity = 1 WHERE order_id = $1',
      'UPDATE orders SET total_minor = 1990 WHERE order_id = $1',
    ),
    check: 'agreement',
    says: /is confirmed with \{.*: 1\}, but its reservation is of \{.*: 2\}/,
  },
  {
    name: 'an entry of the status log that is missing',
    plant: orderWith('shipped', 'orders', 'DELETE FROM status_log WHERE order_id = $1 AND version = 2'),
    check: 'history',
    says: /has 2 of 3 entries and has 1 entries that do not begin where the one before ended/,
  },
  {
    name: 'a status that the log does not end with',
    plant: orderWith(
      'confirmed',
      'orders',
      "UPDATE status_log SET to_status = 'failed' WHERE order_id = $1 AND version = 2",
    ),
    check: 'history',
    says: /is confirmed at version 2, but its status log ends with failed/,
  },
  {
    name: 'a step that no order may take',
    plant: orderWith(
      'failed',
      'orders',
      'UPDATE status_log SET from_status = NULL WHERE false AND order_id = $1',
      "UPDATE orders SET status = 'cancelled', version = 3 WHERE order_id = $1",
      "INSERT INTO status_log VALUES ($1, 3, 'failed', 'cancelled', NULL, now())",
    ),
    check: 'history',
    says: /has 1 steps that no order may take/,
  },
  {
    name: 'an order without lines',
    plant: orderWith('failed', 'orders', 'DELETE FROM order_items WHERE order_id = $1'),
    check: 'confirmed_orders',
    says: /is failed, but it has no lines/,
  },
  {
    name: "an idempotency key of another customer's order",
    plant: async () => {
      const orderId = await books.order({ status: 'confirmed', productId, key: 'k' });
      await books.corrupt('orders', "UPDATE idempotency_keys SET scope = 'bert' WHERE order_id = $1", [orderId]);
      return orderId;
    },
    check: 'idempotency_keys',
    says: /of one customer stands for order [\w-]+ of another/,
  },
  {
    name: 'an order that is due and that no sweep looks at',
    plant: () => books.order({ status: 'pending_verification', productId, ageMs: 3_600_000 }),
    check: 'unsettled_orders',
    says: /the sweep has not looked at it although it was due \d+ s ago/,
  },
];

describe.each(beyondRepair)('$name', ({ plant, check, says }) => {
  test('is found, explained and left to a human', async () => {
    const subject = await plant();
    const [finding, ...others] = await examine();
    expect(finding).toMatchObject({ check, subject, repairable: null });
    expect(finding?.explanation).toMatch(says);
    for (const other of others) expect(other).toMatchObject({ subject, repairable: null });
    const { outcomes, after } = await reconcileAndRepair(books, limits);
    expect(outcomes).toEqual([]);
    expect(after.breaches).toBe(1 + others.length);
  });
});
