import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { makeLogger } from '@valerix/platform/logger';
import { openTestBooks, type TestBooks } from '@valerix/reconciler/books.fixture';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Storage, startStorage } from '../../../tests/setup/azurite.ts';
import { contentOf, readDescription } from './backup.fixture.ts';
import { connect } from './connect.ts';
import { makeDailyExport } from './daily-export.ts';
import { exportSnapshot } from './export-snapshot.ts';
import { SNAPSHOT_FILE, snapshotFolder } from './snapshot.ts';
import { openStaging } from './staging.ts';

let storage: Storage;
let books: TestBooks;
let service: BlobServiceClient;
let container: ContainerClient;
let containers = 0;
let today = new Date();

const lines: string[] = [];
const logger = makeLogger('order', 'info', (line) => lines.push(line));
const toOrders = () => connect(books.urls.orders);
const daily = () => makeDailyExport({ service: 'order', connect: toOrders, container, logger, now: () => today });
const whole = async () => (await openStaging(container).list()).snapshots.length;
const folders = async () => {
  const names = new Set<string>();
  for await (const item of container.listBlobsByHierarchy('/', { prefix: snapshotFolder('order', '').slice(0, -1) }))
    names.add(item.name);
  return names.size;
};
const later = (hours: number) => {
  today = new Date(today.getTime() + hours * 3_600_000);
};

/** The container, with something happening right before each blob is written. */
const meanwhile = (happen: (blob: string) => unknown): ContainerClient =>
  new Proxy(container, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'getBlockBlobClient') return typeof value === 'function' ? value.bind(target) : value;
      return (blob: string) => {
        happen(blob);
        return target.getBlockBlobClient(blob);
      };
    },
  });

beforeAll(async () => {
  storage = await startStorage();
  service = BlobServiceClient.fromConnectionString(storage.connection);
  books = await openTestBooks('daily export');
  const productId = await books.product(1_000);
  for (let order = 0; order < 3; order++) await books.order({ status: 'confirmed', productId });
});

beforeEach(() => {
  containers += 1;
  container = service.getContainerClient(`staging-${containers}`);
  today = new Date('2027-03-01T01:00:00Z');
  lines.length = 0;
});

afterAll(async () => {
  await books.stop();
  await storage.stop();
});

test('one day has one snapshot, however often its timer fires, and the next day another', async () => {
  expect(await daily()()).toBe('exported');
  expect(await daily()()).toBe('already_exported');
  expect(await whole()).toBe(1);
  later(24);
  expect(await daily()()).toBe('exported');
  expect(await whole()).toBe(2);
  expect(lines.filter((line) => line.includes('snapshot_exported'))).toHaveLength(2);
});

test('an export that is cut off is no snapshot; the next run makes one, and a later one removes the rest', async () => {
  await container.create();
  const cut = new Error('the process was killed here');
  const dying = meanwhile((blob) => {
    if (blob.endsWith(SNAPSHOT_FILE)) throw cut;
  });
  await expect(
    exportSnapshot({ service: 'order', connect: toOrders, container: dying, now: () => today }),
  ).rejects.toBe(cut);
  expect([await whole(), await folders()]).toEqual([0, 1]);

  later(1 / 6);
  expect(await daily()()).toBe('exported');
  expect([await whole(), await folders()]).toEqual([1, 2]);
  later(24);
  expect(await daily()()).toBe('exported');
  expect([await whole(), await folders()]).toEqual([2, 2]);
  expect(lines.filter((line) => line.includes('snapshot_leftovers_removed'))).toHaveLength(1);
});

test('a database connection that is lost in the middle leaves no snapshot and no hanging upload', async () => {
  await container.create();
  const client = await toOrders();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const cutting = meanwhile((blob) => {
    if (blob.includes('/orders.')) void books.corrupt('orders', 'SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  });
  await expect(
    exportSnapshot({ service: 'order', connect: async () => client, container: cutting, now: () => today }),
  ).rejects.toThrow();
  expect(await whole()).toBe(0);
});

test('every table is of one moment, whatever is written while they are read', async () => {
  await container.create();
  const before = (await contentOf(books.urls.orders)).rows as Record<string, string[]>;
  const productId = await books.product(10);
  const written: Promise<string>[] = [];
  const busy = meanwhile(() => written.push(books.order({ status: 'confirmed', productId, quantity: 1 })));
  const { id } = await exportSnapshot({ service: 'order', connect: toOrders, container: busy, now: () => today });
  const { tables } = await readDescription(container, 'order', id);
  expect((await Promise.all(written)).length).toBeGreaterThan(5);
  for (const { name, rows } of tables) expect([name, rows]).toEqual([name, before[name]?.length]);
});
