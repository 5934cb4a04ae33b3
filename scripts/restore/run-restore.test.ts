import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { planArchive } from '@valerix/backup/archive';
import { openBlobCopies } from '@valerix/backup/blob-copies';
import { connect } from '@valerix/backup/connect';
import { exportSnapshot } from '@valerix/backup/export-snapshot';
import { NoUsableCopy, TargetNotEmpty } from '@valerix/backup/restore-errors';
import { type Snapshot, STAGING_CONTAINER } from '@valerix/backup/snapshot';
import { openStaging } from '@valerix/backup/staging';
import { openContainer } from '@valerix/platform/azure/blob-container';
import { openTestBooks, type TestBooks } from '@valerix/reconciler/books.fixture';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Storage, startStorage } from '../../tests/setup/azurite.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/setup/database.ts';
import type { RestoreCommand } from './command-line.ts';
import { runRestore } from './run-restore.ts';

let storage: Storage;
const container = (name: string) => openContainer({ connectionString: storage.connection }, name);
let books: TestBooks;
let days = 0;
let day = '';
const targets: TestDatabase[] = [];
const printed: string[] = [];

beforeAll(async () => {
  storage = await startStorage();
  await container(STAGING_CONTAINER).create();
  books = await openTestBooks('run restore');
});
beforeEach(async () => {
  days += 1;
  day = new Date(Date.UTC(2027, 0, days)).toISOString().slice(0, 10);
  printed.length = 0;
  await books.empty();
});
afterAll(async () => {
  for (const target of targets) await target.drop();
  await books.stop();
  await storage.stop();
});

const take = (service: 'order' | 'inventory') =>
  exportSnapshot({
    service,
    connect: () => connect(service === 'order' ? books.urls.orders : books.urls.inventory),
    container: container(STAGING_CONTAINER),
  });

/** Both copies of a backup, as the day's call leaves them. */
async function preserve(snapshots: readonly Snapshot[], change: (archive: Buffer) => Buffer = (archive) => archive) {
  const plan = planArchive(day, new Date(), snapshots);
  const archive = Buffer.concat(await plan.open(openStaging(container(STAGING_CONTAINER)).open).toArray());
  const seal = { bytes: archive.length, sha256: createHash('sha256').update(archive).digest('hex') };
  const vault = container('backup-vault');
  await vault.createIfNotExists();
  const inVault = change(archive);
  await vault.getBlockBlobClient(`${day}.tar`).upload(inVault, inVault.length, { metadata: { sha256: seal.sha256 } });
  const primary = openBlobCopies('primary', container('backup-copies'));
  await primary.write(day, Readable.from([archive]), AbortSignal.timeout(10_000));
  await primary.seal({ ...plan.contents, ...seal });
}

async function newTargets() {
  const made = [await createTestDatabase('restored orders'), await createTestDatabase('restored inventory')];
  targets.push(...made);
  return { orders: made[0]?.url ?? '', inventory: made[1]?.url ?? '' };
}

const restore = (into: RestoreCommand['into'], more: Partial<RestoreCommand> = {}) =>
  runRestore(
    { day, from: 'auto', into, force: false, wish: {}, home: '.', ...more },
    { StorageConnection: storage.connection },
    (line) => printed.push(line),
  );

const rowsOf = async <T>(url: string, sql: string): Promise<T[]> => {
  const client = await connect(url);
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
};
const statusesOf = async (url: string) =>
  Object.fromEntries(
    (await rowsOf<{ order_id: string; status: string }>(url, 'SELECT order_id, status FROM orders')).map(
      ({ order_id, status }) => [order_id, status],
    ),
  );
const reservationsOf = async (url: string) =>
  Object.fromEntries(
    (await rowsOf<{ order_id: string; state: string }>(url, 'SELECT order_id, state FROM reservations')).map(
      ({ order_id, state }) => [order_id, state],
    ),
  );
const repairsOf = async (url: string) =>
  (await rowsOf<{ repair: string }>(url, 'SELECT repair FROM repairs ORDER BY repair')).map(({ repair }) => repair);

/** Orders from before the backup, and what can happen to each kind while it is taken. */
async function shopOpensAndGoesOn() {
  const productId = await books.product(100);
  const order = (status: Parameters<TestBooks['order']>[0]['status'], ageMs = 60_000) =>
    books.order({ status, productId, quantity: 1, ageMs });
  const before = {
    kept: await order('confirmed'),
    toShip: await order('confirmed'),
    toCancel: await order('confirmed'),
    waiting: await order('pending_verification', 86_400_000),
  };
  const goOn = async () => {
    await books.end(before.toShip, 'ship');
    await books.end(before.toCancel, 'cancel');
    return {
      made: await order('confirmed'),
      madeAndShipped: await order('shipped'),
      madeAndCancelled: await order('cancelled'),
    };
  };
  return { productId, before, goOn };
}

describe('the two snapshots are not of one moment', () => {
  test('orders first: what the reservations know is done to the orders, and what no order knows is given back', async () => {
    const { before, goOn } = await shopOpensAndGoesOn();
    const orders = await take('order');
    const during = await goOn();
    await preserve([orders, await take('inventory')]);

    const into = await newTargets();
    expect(await restore(into)).toBe(true);
    expect(await statusesOf(into.orders)).toEqual({
      [before.kept]: 'confirmed',
      [before.toShip]: 'shipped',
      [before.toCancel]: 'cancelled',
      [before.waiting]: 'pending_verification',
      [during.madeAndShipped]: 'shipped',
    });
    expect(await reservationsOf(into.inventory)).toMatchObject({ [during.made]: 'released' });
    expect(await repairsOf(into.orders)).toEqual(['settle_as_cancelled', 'settle_as_shipped', 'write_down_again']);
    expect(await repairsOf(into.inventory)).toEqual(['release']);
    expect(printed.join('\n')).toMatch(/repaired +\S+: mark the order as shipped[\s\S]*The books are right/);
  });

  test('inventory first: what the orders know is done to the reservations', async () => {
    const { before, goOn, productId } = await shopOpensAndGoesOn();
    const inventory = await take('inventory');
    const during = await goOn();
    await preserve([inventory, await take('order')]);

    const into = await newTargets();
    expect(await restore(into)).toBe(true);
    expect(await reservationsOf(into.inventory)).toEqual({
      [before.kept]: 'held',
      [before.toShip]: 'shipped',
      [before.toCancel]: 'released',
      [during.made]: 'held',
      [during.madeAndShipped]: 'shipped',
    });
    expect(Object.keys(await statusesOf(into.orders))).toHaveLength(7);
    const [stock] = await rowsOf(into.inventory, `SELECT stock FROM products WHERE product_id = '${productId}'`);
    expect(stock).toEqual({ stock: 96 });
  });

  test('an order nobody had settled is asked about again before anybody gives it up', async () => {
    const { before } = await shopOpensAndGoesOn();
    await books.orders.query('UPDATE orders SET checks = 5 WHERE order_id = $1', [before.waiting]);
    await preserve([await take('order'), await take('inventory')]);
    const into = await newTargets();
    expect(await restore(into)).toBe(true);
    const [waiting] = await rowsOf(
      into.orders,
      `SELECT checks, next_check_at > now() - interval '1 minute' AS is_due FROM orders WHERE order_id = '${before.waiting}'`,
    );
    expect(waiting).toEqual({ checks: 0, is_due: true });
  });
});

describe('a copy is corrupt', () => {
  const flip = (archive: Buffer) => {
    // The last file is the largest of what is at the end: some table of the inventory.
    const changed = Buffer.from(archive);
    const at = changed.lastIndexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])) + 12;
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    return changed;
  };

  test('the next place is taken, and it is said', async () => {
    await shopOpensAndGoesOn();
    await preserve([await take('order'), await take('inventory')], flip);
    const into = await newTargets();
    expect(await restore(into)).toBe(true);
    const text = printed.join('\n');
    expect(text).toMatch(/The copy in vault is corrupt: .*\.copy\.zst is not what was stored/);
    expect(text).toContain('inventory from primary:');
    expect(Object.keys(await statusesOf(into.orders))).toHaveLength(4);
  });

  test('with that place alone nothing is restored, and both targets stay empty', async () => {
    await shopOpensAndGoesOn();
    await preserve([await take('order'), await take('inventory')], flip);
    const into = await newTargets();
    await expect(restore(into, { from: 'vault' })).rejects.toThrow(NoUsableCopy);
    for (const url of [into.orders, into.inventory]) {
      const tables = await rowsOf(url, `SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`);
      expect(tables).toHaveLength(0);
    }
  });

  test('an archive without a manifest, or none at all, is passed over', async () => {
    await shopOpensAndGoesOn();
    await preserve([await take('order'), await take('inventory')], (archive) => archive.subarray(700));
    expect(await restore(await newTargets())).toBe(true);
    expect(printed.join('\n')).toMatch(/The copy in vault cannot be used: .*damaged/);
    await expect(restore(await newTargets(), { day: '2020-01-01' })).rejects.toThrow(NoUsableCopy);
  });
});

test('a target with data is left alone until --force is given; then it is as the backup says', async () => {
  const { goOn } = await shopOpensAndGoesOn();
  await preserve([await take('order'), await take('inventory')]);
  await goOn();
  await expect(restore(books.urls)).rejects.toThrow(TargetNotEmpty);
  expect(Object.keys(await statusesOf(books.urls.orders))).toHaveLength(7);
  expect(await restore(books.urls, { force: true })).toBe(true);
  expect(Object.keys(await statusesOf(books.urls.orders))).toHaveLength(4);
});
