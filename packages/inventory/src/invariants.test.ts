import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asks, type Inventory, startInventory } from './inventory.fixture.ts';

let inventory: Inventory;
/** A product of 10 pieces: 4 of them held by one order, 1 released by another, 2 shipped by a third. */
const facts = { product: '', other: '', held: '', released: '', shipped: '', refused: '', fenced: randomUUID() };

beforeAll(async () => {
  inventory = await startInventory('invariants');
  const { reservations } = inventory;
  facts.product = await inventory.product(10);
  facts.other = await inventory.product(10);
  const reserved = async (quantity: number) => {
    const request = asks([facts.product, quantity]);
    await reservations.reserve(request);
    return request.orderId;
  };
  facts.held = await reserved(4);
  facts.released = await reserved(1);
  await reservations.release({ orderId: facts.released, reason: null, traceparent: null });
  facts.shipped = await reserved(2);
  await reservations.ship(facts.shipped);
  facts.refused = await reserved(100);
  await reservations.release({ orderId: facts.fenced, reason: null, traceparent: null });
});
afterAll(() => inventory.stop());

const movement = (columns: string, values: string) =>
  `INSERT INTO stock_ledger (product_id, stock_version, kind, delta, previous_stock, new_stock ${columns})
   VALUES ($product, ${values})`;
const setState = (state: string, order: keyof typeof facts) =>
  `UPDATE reservations SET state = '${state}', settled_at = now() WHERE order_id = $${order}`;

// The product stands at version 5 with 4 pieces.
it.each([
  ['stock below zero', 'UPDATE products SET stock = -1 WHERE product_id = $product'],
  ['stock that no movement explains', 'UPDATE products SET stock = stock + 1 WHERE product_id = $product'],
  ['stock set back', 'UPDATE products SET stock = 10, stock_version = 1 WHERE product_id = $product'],
  ['a product without its first movement', `INSERT INTO products VALUES ('ghost', 'Ghost', 1, 'EUR', 5, 1, 0)`],
  ['a product that disappears', 'DELETE FROM products WHERE product_id = $product'],
  ['a movement changed', 'UPDATE stock_ledger SET reason = $held WHERE product_id = $product'],
  ['a movement removed', 'DELETE FROM stock_ledger WHERE product_id = $product'],
  ['the ledger emptied', 'TRUNCATE stock_ledger CASCADE'],
  ['a version used twice', movement('', `5, 'restock', 1, 4, 5`)],
  ['a version left out', movement('', `7, 'restock', 1, 4, 5`)],
  ['a movement that does not start where the last one ended', movement('', `6, 'restock', 1, 5, 6`)],
  ['a movement that does not add up', movement('', `6, 'restock', 1, 4, 6`)],
  ['a movement below zero', movement(', order_id', `6, 'reserve', -5, 4, -1, $held`)],
  ['a second first movement', movement('', `6, 'initial', 1, 4, 5`)],
  ['a restock that takes away', movement('', `6, 'restock', -1, 4, 3`)],
  ['a reservation in the ledger that gives', movement(', order_id', `6, 'reserve', 1, 4, 5, $held`)],
  ['stock taken twice for one order', movement(', order_id', `6, 'reserve', -4, 4, 0, $held`)],
  ['stock given back twice', movement(', order_id', `6, 'release', 1, 4, 5, $released`)],
  ['more given back than was taken', movement(', order_id', `6, 'release', 5, 4, 9, $held`)],
  ['stock given back for an order that took none', movement(', order_id', `6, 'release', 4, 4, 8, $fenced`)],
  ['stock taken for no order', movement('', `6, 'reserve', -1, 4, 3`)],
  ['a released reservation held again', setState('held', 'released')],
  ['a fenced order that ships', setState('shipped', 'fenced')],
  ['a refused order that holds', setState('held', 'refused')],
  ['a shipped order released', setState('released', 'shipped')],
  [
    'a second outcome for an order',
    `INSERT INTO reservations (order_id, state, source) VALUES ($held, 'fenced', 'release')`,
  ],
  ['an outcome that disappears', 'DELETE FROM reservations WHERE order_id = $refused'],
  ['all outcomes emptied', 'TRUNCATE reservations CASCADE'],
  [
    'another reservation id for an order',
    'UPDATE reservations SET reservation_id = gen_random_uuid() WHERE order_id = $held',
  ],
  [
    'a refusal without its reason',
    `INSERT INTO reservations (order_id, state, source, refused_product_id) VALUES (gen_random_uuid(), 'refused', 'grpc', 'x')`,
  ],
  ['a reserved line changed', 'UPDATE reservation_lines SET quantity = 1 WHERE order_id = $held'],
  ['a reserved line removed', 'DELETE FROM reservation_lines WHERE order_id = $held'],
  [
    'a line without a movement',
    `INSERT INTO reservation_lines SELECT order_id, $other, reservation_id, 2, 1, 'Cups', 1, 'EUR', 9, 2 FROM reservations WHERE order_id = $held`,
  ],
  [
    'a line of an order that holds nothing',
    `INSERT INTO reservation_lines VALUES ($fenced, $other, gen_random_uuid(), 1, 1, 'Cups', 1, 'EUR', 9, 2)`,
  ],
  ['a release that gives nothing back', setState('released', 'held')],
  ['stock given back for an order that still holds it', movement(', order_id', `6, 'release', 4, 4, 8, $held`)],
])('the database refuses %s', async (_what, sql) => {
  const before = await snapshot();
  const values: string[] = [];
  const numbered = sql.replaceAll(/\$(\w+)/g, (_, name: keyof typeof facts) => {
    values.push(facts[name]);
    return `$${values.length}${name === 'product' || name === 'other' ? '::text' : '::uuid'}`;
  });
  const refused = await inventory.database.query(numbered, values).then(
    () => undefined,
    (error: unknown) => error,
  );
  // 23: an integrity constraint, our own triggers included; anything else is a mistake in the attempt itself.
  expect(refused).toMatchObject({ code: expect.stringMatching(/^23/) });
  expect(await snapshot()).toEqual(before);
});

const snapshot = () =>
  inventory.database.query(
    `SELECT (SELECT stock || '/' || stock_version FROM products WHERE product_id = $1) AS stock,
       (SELECT count(*) FROM stock_ledger) AS movements, (SELECT count(*) FROM reservations) AS reservations,
       (SELECT string_agg(state, ' ' ORDER BY order_id) FROM reservations) AS states,
       (SELECT count(*) FROM reservation_lines) AS lines`,
    [facts.product],
  );
