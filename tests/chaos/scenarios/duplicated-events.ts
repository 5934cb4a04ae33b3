import type { AnyEvent } from '@valerix/contracts/events';
import { waitUntilQuiet } from '../../system/quiet.ts';
import { drainEvents, sendAgain } from '../events.ts';
import { shuffled } from '../random.ts';
import type { Scenario, World } from '../world.ts';

const COPIES = 5;

/** Everything that events could change, row by row. */
async function stateOf({ books }: World): Promise<string> {
  const orders = await books.orders('SELECT * FROM orders_with_items ORDER BY order_id');
  const history = await books.orders('SELECT * FROM status_log ORDER BY order_id, version');
  const reservations = await books.inventory('SELECT * FROM reservations ORDER BY order_id');
  const ledger = await books.inventory('SELECT * FROM stock_ledger ORDER BY product_id, stock_version');
  const products = await books.inventory('SELECT * FROM products ORDER BY product_id');
  return [orders, history, reservations, ledger, products]
    .flat()
    .map((row) => JSON.stringify(row))
    .join('\n');
}

/** The questions about orders that were in doubt, which only the Inventory service reads. */
async function questions({ books }: World): Promise<AnyEvent[]> {
  const rows = await books.orders<{ order_id: string; items: { productId: string; quantity: number }[] }>(
    `SELECT order_id, items FROM orders_with_items WHERE order_id IN (
      SELECT order_id FROM status_log WHERE to_status = 'pending_verification'
    )`,
  );
  return rows.map(({ order_id, items }) => ({
    eventType: 'VerifyOrder',
    eventId: crypto.randomUUID(),
    timestamp: new Date().toISOString(),
    data: {
      orderId: order_id,
      items: items.map(({ productId, quantity }) => ({ productId, quantity })),
      originalRequestTime: new Date().toISOString(),
      reason: 'grpc_timeout',
    },
  }));
}

/** At-least-once delivery at its worst. */
export const duplicatedEvents: Scenario = {
  name: 'duplicated-events',
  what: 'every event of a run comes five times more, late and in random order: no row may change',
  async run(world) {
    await world.start({
      env: { grpc: { SCHRODINGER_MODE: 'true', SCHRODINGER_EVERY_NTH: '4', SCHRODINGER_FAULT: 'drop' } },
    });
    const shopping = await world.shopping();
    // The first half again while the second is still being made, the whole once all is quiet.
    await shopping.reached(0.5);
    const early = await drainEvents(world.endpoints.serviceBus);
    await sendAgain(world.endpoints.serviceBus, shuffled(world.random, copiesOf(early)));
    world.fault('event sent again amid orders', early.length * COPIES);
    await shopping.over;
    await waitUntilQuiet(world.endpoints, world.books);

    const before = await stateOf(world);
    const all = [...early, ...(await drainEvents(world.endpoints.serviceBus)), ...(await questions(world))];
    const copies = shuffled(world.random, copiesOf(all));
    await sendAgain(world.endpoints.serviceBus, copies);
    world.fault('event sent again afterwards', copies.length);
    await waitUntilQuiet(world.endpoints, world.books);
    const after = await stateOf(world);
    if (after === before) return;
    const known = new Set(before.split('\n'));
    for (const row of after
      .split('\n')
      .filter((line) => !known.has(line))
      .slice(0, 10)) {
      world.breach(`A repeated event changed this row: ${row}`);
    }
  },
};

const copiesOf = (events: readonly AnyEvent[]) =>
  events.flatMap((event) => Array.from({ length: COPIES }, () => event));
