import { makeLogger } from '@valerix/platform/logger';
import { makeMetrics } from '@valerix/platform/metrics';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOrderApp } from '../../../functions-order/testing/order-app.ts';
import { openTestBooks, type TestBooks } from './books.fixture.ts';
import { makeBooksCheck } from './books-check.ts';
import { checkInventory } from './check-inventory.ts';

let books: TestBooks;
let orderId: string;
let productId: string;
beforeAll(async () => {
  books = await openTestBooks('books check');
  productId = await books.product(10);
  orderId = await books.order({ status: 'confirmed', productId });
});
afterAll(() => books.stop());

function listeningLogger() {
  const lines: Record<string, unknown>[] = [];
  return { lines, logger: makeLogger('test', 'info', (line) => void lines.push(JSON.parse(line))) };
}

test('the timer of the Order service says in one line and in a metric what it found', async () => {
  const { lines, logger } = listeningLogger();
  const app = startOrderApp(
    { ORDERS_DATABASE_URL: books.urls.orders, INVENTORY_GRPC_URL: 'http://127.0.0.1:1' },
    { logger },
  );
  try {
    await app.runTimer('orders-check');
    expect(lines).toMatchObject([{ level: 'info', event: 'books_checked', breaches: {} }]);
    await books.orders.query('UPDATE orders SET total_minor = 1');
    await app.runTimer('orders-check');
    expect(lines[1]).toMatchObject({
      level: 'error',
      event: 'books_broken',
      breaches: { confirmed_orders: 1 },
      first: expect.stringContaining(orderId),
    });
    const text = await app.service.metrics.text();
    expect(text).toMatch(/^reconciliation_breaches\{[^}]*check="confirmed_orders"[^}]*\} 1$/m);
    expect(text).toMatch(/^reconciliation_breaches\{[^}]*check="history"[^}]*\} 0$/m);
  } finally {
    await app.close();
  }
  expect(await books.repairs('orders')).toEqual([]);
});

test('the check of the Inventory service does the same with its own books', async () => {
  const { lines, logger } = listeningLogger();
  const metrics = makeMetrics('test');
  const check = makeBooksCheck({
    examine: (limits) => checkInventory(books.inventory.query, limits),
    metrics,
    logger,
  });
  await check();
  await books.corrupt('inventory', 'UPDATE products SET stock = 3');
  await check();
  expect(lines).toMatchObject([{ event: 'books_checked' }, { event: 'books_broken', breaches: { stock: 1 } }]);
  expect(lines[1]?.first).toContain(productId);
  expect(await metrics.text()).toMatch(/^reconciliation_breaches\{[^}]*check="stock"[^}]*\} 1$/m);
});
