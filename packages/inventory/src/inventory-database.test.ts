import { makeLogger } from '@valerix/platform/logger';
import type { Database } from '@valerix/platform/postgres';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/setup/database.ts';
import { openInventoryDatabase } from './inventory-database.ts';

let testDatabase: TestDatabase;
const opened: Database[] = [];
beforeAll(async () => {
  testDatabase = await createTestDatabase('inventory_database');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
});
afterAll(() => testDatabase.drop());

function open(seed: boolean): Database {
  const logger = makeLogger('test', 'error', () => {});
  const database = openInventoryDatabase({ url: testDatabase.url, maxConnections: 2, logger, seed });
  opened.push(database);
  return database;
}

const count = async (database: Database, table: 'products' | 'stock_ledger' | 'outbox') => {
  const [row] = await database.query<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`);
  return row?.rows;
};

it('is brought up to date once by instances that start at the same moment, and stays empty unless told otherwise', async () => {
  const instances = [open(false), open(false), open(false)];
  await Promise.all(instances.map((database) => database.ready()));
  const [first] = instances;
  if (first) expect(await count(first, 'products')).toBe(0);
});

it('is seeded once, with a ledger row and an event for each product', async () => {
  const instances = [open(true), open(true)];
  await Promise.all(instances.map((database) => database.ready()));
  const again = open(true);
  expect(await count(again, 'products')).toBe(12);
  expect(await count(again, 'stock_ledger')).toBe(12);
  expect(await count(again, 'outbox')).toBe(12);
});

it('keeps what an operator changed when it is seeded again', async () => {
  const database = open(true);
  await database.query("SELECT put_product('coffee-scale', 'Scale', 1, 'EUR', 1, NULL, NULL)");
  const [scale] = await open(true).query("SELECT name, stock FROM products WHERE product_id = 'coffee-scale'");
  expect(scale).toEqual({ name: 'Scale', stock: 48 });
});
