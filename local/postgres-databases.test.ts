import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { closeMaintenanceDatabases, dropOwnedDatabase, ensureOwnedDatabase } from './postgres-databases.ts';

const orders = { database: 'isolation_orders', role: 'isolation_orders_service', password: 'o\'rders "%I' };
const inventory = { database: 'isolation_inventory', role: 'isolation_inventory_service', password: 'inventory' };
const urls = { orders: '', inventory: '' };

beforeAll(async () => {
  urls.orders = await ensureOwnedDatabase(inject('postgresAdminUrl'), orders);
  urls.inventory = await ensureOwnedDatabase(inject('postgresAdminUrl'), inventory);
  await closeMaintenanceDatabases(inject('postgresAdminUrl'));
});

afterAll(async () => {
  await dropOwnedDatabase(inject('postgresAdminUrl'), orders);
  await dropOwnedDatabase(inject('postgresAdminUrl'), inventory);
});

test('each role owns its database and may create tables in it', async () => {
  for (const url of Object.values(urls)) {
    await query(url, 'CREATE TABLE owned (id int)');
    await query(url, 'DROP TABLE owned');
  }
});

test('neither role can log in to the database of the other', async () => {
  await expect(query(inDatabase(urls.orders, inventory.database), 'SELECT 1')).rejects.toThrow(/permission denied/);
  await expect(query(inDatabase(urls.inventory, orders.database), 'SELECT 1')).rejects.toThrow(/permission denied/);
});

test('neither role can log in to the maintenance databases', async () => {
  for (const url of Object.values(urls)) {
    for (const database of ['postgres', 'template1']) {
      await expect(query(inDatabase(url, database), 'SELECT 1')).rejects.toThrow(/permission denied/);
    }
  }
});

test('neither role can become the other or an admin', async () => {
  await expect(query(urls.orders, `SET ROLE ${inventory.role}`)).rejects.toThrow(/permission denied/);
  await expect(query(urls.orders, 'SET ROLE postgres')).rejects.toThrow(/permission denied/);
  await expect(query(urls.orders, 'CREATE ROLE another')).rejects.toThrow(/permission denied/);
});

test('the password is asked for', async () => {
  const url = new URL(urls.orders);
  url.password = 'wrong';
  await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
});

test('repeating it keeps the data and follows a changed password', async () => {
  await query(urls.inventory, 'CREATE TABLE kept AS SELECT 1 AS id');
  const again = await ensureOwnedDatabase(inject('postgresAdminUrl'), { ...inventory, password: 'changed' });
  expect(await query(again, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  await expect(query(urls.inventory, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
});

function inDatabase(url: string, database: string): string {
  const moved = new URL(url);
  moved.pathname = `/${database}`;
  return moved.href;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
