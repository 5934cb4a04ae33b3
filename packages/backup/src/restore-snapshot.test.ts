import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { inventoryMigrations } from '@valerix/inventory/inventory-database';
import { readMigrations } from '@valerix/platform/migrate';
import { openTestBooks, type TestBooks } from '@valerix/reconciler/books.fixture';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ordersMigrations } from '../../../functions-order/src/orders-schema.ts';
import { type Storage, startStorage } from '../../../tests/setup/azurite.ts';
import { createTestDatabase, type TestDatabase } from '../../../tests/setup/database.ts';
import { contentOf, readDescription, stagedSource } from './backup.fixture.ts';
import { connect } from './connect.ts';
import { exportSnapshot } from './export-snapshot.ts';
import { CorruptCopy, SchemaMismatch, TargetNotEmpty } from './restore-errors.ts';
import { type RestoreOptions, restoreSnapshot, type SnapshotSource } from './restore-snapshot.ts';
import { type Snapshot, type SnapshotService, STAGING_CONTAINER } from './snapshot.ts';

const migrationsOf = { order: ordersMigrations, inventory: inventoryMigrations };

let storage: Storage;
let books: TestBooks;
let container: ContainerClient;
let source: Record<SnapshotService, SnapshotSource>;
const targets: TestDatabase[] = [];

const newTarget = async (label: string) => {
  const target = await createTestDatabase(label);
  targets.push(target);
  return target.url;
};

async function restore(url: string, from: SnapshotSource, more: Partial<RestoreOptions> = {}): Promise<void> {
  const client = await connect(url);
  try {
    const migrations = await readMigrations(migrationsOf[from.snapshot.service]);
    await restoreSnapshot(client, { source: from, migrations, mayEmpty: false, ...more });
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

const withFiles = (from: SnapshotSource, change: (file: Buffer, table: string) => Buffer): SnapshotSource => ({
  snapshot: from.snapshot,
  async openFile(table) {
    const file = await from.openFile(table);
    return Readable.from([change(Buffer.concat(await file.toArray()), table)]);
  },
});

const described = (from: SnapshotSource, change: Partial<Snapshot>): SnapshotSource => ({
  ...from,
  snapshot: { ...from.snapshot, ...change },
});

beforeAll(async () => {
  storage = await startStorage();
  container = BlobServiceClient.fromConnectionString(storage.connection).getContainerClient(STAGING_CONTAINER);
  await container.createIfNotExists();
  books = await openTestBooks('restore');
  const productId = await books.product(1_000);
  for (const status of ['confirmed', 'shipped', 'cancelled', 'failed', 'pending', 'pending_verification'] as const) {
    await books.order({ status, productId, key: `key of ${status}`, customerId: 'tab\tnew\nline \\N "quoted" ü 🙂' });
  }
  const exported = async (service: SnapshotService, url: string) =>
    stagedSource(container, await exportSnapshot({ service, connect: () => connect(url), container }));
  source = {
    order: await exported('order', books.urls.orders),
    inventory: await exported('inventory', books.urls.inventory),
  };
});

afterAll(async () => {
  for (const target of targets) await target.drop();
  await books.stop();
  await storage.stop();
});

describe('a restored database', () => {
  test.each([
    ['order', 'orders'],
    ['inventory', 'inventory'],
  ] as const)(
    'of the %s service is the one that was exported: rows, rules, indexes, triggers, sequences',
    async (service, side) => {
      const url = await newTarget(`restored ${service}`);
      await restore(url, source[service]);
      const [was, is] = [await contentOf(books.urls[side]), await contentOf(url)];
      expect(is).toEqual(was);
    },
  );

  test('can be worked with: identities go on where they were and no rule was lost', async () => {
    const url = await newTarget('worked with');
    await restore(url, source.inventory);
    const client = await connect(url);
    try {
      await expect(client.query('DELETE FROM stock_ledger')).rejects.toThrow('append-only');
      await expect(client.query(`UPDATE reservations SET state = 'held'`)).rejects.toThrow('an outcome is final');
      const { rows } = await client.query(
        `SELECT reserve_stock(jsonb_build_array(jsonb_build_object('order_id', gen_random_uuid(), 'source', 'grpc',
           'lines', jsonb_build_array(jsonb_build_object('product_id', product_id, 'quantity', 1))))) AS answer
         FROM products LIMIT 1`,
      );
      expect(rows[0]?.answer.results[0].state).toBe('held');
    } finally {
      await client.end();
    }
  });

  test('has the code’s newer migrations on top', async () => {
    const url = await newTarget('newer code');
    const migrations = await readMigrations(migrationsOf.order);
    const newer = { name: 'orders-migrations/002-gift.sql', sql: 'ALTER TABLE orders ADD COLUMN gift text' };
    await restore(url, source.order, { migrations: [...migrations, newer] });
    const client = await connect(url);
    const { rowCount } = await client.query('SELECT gift FROM orders');
    await client.end();
    expect(rowCount).toBe(6);
  });
});

describe('a restore', () => {
  test('refuses a target that holds anything, and leaves it as it is', async () => {
    const url = await newTarget('full');
    await restore(url, source.order);
    const before = await contentOf(url);
    await expect(restore(url, source.order)).rejects.toThrow(TargetNotEmpty);
    await expect(restore(url, source.order)).rejects.toThrow(/there are rows in .*orders/);
    expect(await contentOf(url)).toEqual(before);
  });

  test('takes a target with a schema and no rows for empty', async () => {
    const url = await newTarget('schema only');
    const client = await connect(url);
    await client.query('CREATE TABLE left_over (n int)');
    await client.end();
    await restore(url, source.order);
    expect(await contentOf(url)).toEqual(await contentOf(books.urls.orders));
  });

  test('empties a target when it may, whatever its rules say', async () => {
    const url = await newTarget('emptied');
    await restore(url, source.inventory);
    const client = await connect(url);
    await client.query(`INSERT INTO products SELECT 'extra', name, 1, currency, 0, 1, 0 FROM products LIMIT 0`);
    await client.end();
    await restore(url, source.order, { mayEmpty: true });
    expect(await contentOf(url)).toEqual(await contentOf(books.urls.orders));
  });

  test('of a snapshot of a newer version says so', async () => {
    const url = await newTarget('newer snapshot');
    const newer = described(source.order, { schema: [...source.order.snapshot.schema, 'orders-migrations/900-x.sql'] });
    await expect(restore(url, newer)).rejects.toThrow(SchemaMismatch);
    await expect(restore(url, newer)).rejects.toThrow('does not know orders-migrations/900-x.sql');
  });
});

describe('a copy that is not what was stored', () => {
  const isNothing = async (url: string) => {
    const client = await connect(url);
    const { rowCount } = await client.query(`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`);
    await client.end();
    return rowCount === 0;
  };
  const lastByte = (file: Buffer) => Buffer.concat([file.subarray(0, -1), Buffer.from([(file.at(-1) ?? 0) ^ 1])]);

  test.each([
    ['a flipped bit at its end', lastByte],
    [
      'garbage in the middle',
      (file: Buffer) => Buffer.concat([file.subarray(0, 40), randomBytes(40), file.subarray(80)]),
    ],
    ['its end missing', (file: Buffer) => file.subarray(0, -7)],
    ['more at its end', (file: Buffer) => Buffer.concat([file, randomBytes(64)])],
    ['nothing in it', () => Buffer.alloc(0)],
    ['something else in it', () => randomBytes(1_000)],
  ])('with %s is found out and leaves an empty target', async (_, change) => {
    const url = await newTarget('corrupt');
    const harmed = withFiles(source.order, (file, table) => (table === 'orders' ? change(file) : file));
    await expect(restore(url, harmed)).rejects.toThrow(CorruptCopy);
    expect(await isNothing(url)).toBe(true);
  });

  test('is found out though every byte is well formed: other rows than were counted', async () => {
    const url = await newTarget('miscounted');
    const tables = source.order.snapshot.tables.map((table) =>
      table.name === 'orders' ? { ...table, rows: table.rows + 1 } : table,
    );
    await expect(restore(url, described(source.order, { tables }))).rejects.toThrow('holds 6 rows and should hold 7');
    expect(await isNothing(url)).toBe(true);
  });
});

test('a storage that breaks off in the middle is no corrupt copy', async () => {
  const url = await newTarget('broken off');
  const broken: SnapshotSource = {
    snapshot: source.order.snapshot,
    async openFile(table) {
      if (table !== 'orders') return source.order.openFile(table);
      return Readable.from(
        (async function* () {
          yield Buffer.alloc(0);
          throw new Error('the connection broke');
        })(),
      );
    },
  };
  await expect(restore(url, broken)).rejects.toThrow('the connection broke');
});

test('what snapshot.json says is what was exported', async () => {
  const { snapshot } = source.order;
  expect(await readDescription(container, 'order', snapshot.id)).toEqual(snapshot);
});
