/**
 * `npm run test:backup`: backs the system up while shoppers order, corrupts one copy, loses both databases, restores them
 * from another copy, and holds the shop that comes back to every promise.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBackup } from '@valerix/backup/backup-reader';
import { openBackupStores } from '@valerix/backup/backup-settings';
import { ownedDatabases } from '../../local/connections.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import { homeAt, openSecrets } from '../../local/home.ts';
import { adminUrl } from '../../local/postgres.ts';
import { dropOwnedDatabase, ensureOwnedDatabase } from '../../local/postgres-databases.ts';
import { goShopping } from '../chaos/traffic.ts';
import { openBooks } from '../system/books.ts';
import { freePortBase } from '../system/free-ports.ts';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { makeShop } from '../system/shop.ts';
import { type RunningSystem, startSystem } from '../system/start.ts';

const ORDERS = 300;
const ORDERS_AFTERWARDS = 20;
const root = fileURLToPath(new URL('../../', import.meta.url));
const startedAt = performance.now();
const say = (what: string) =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${what}`);

function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/** A script of ours as an operator runs it; answers how it ended and what it said. */
async function runScript(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(root, 'scripts', script), ...args], { env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const [code] = await once(child, 'exit');
  console.log(output.trimEnd().replaceAll(/^/gm, '          | '));
  return { code, output };
}

/** Where in the day's archive the rows of the orders are. */
async function middleOfOrders({ storage, backupVault }: Endpoints, day: string): Promise<number> {
  const { vault } = openBackupStores({
    storage: { connectionString: storage },
    copyStorage: undefined,
    vaultUrl: backupVault,
  });
  const { snapshots } = (await openBackup(vault, day)).manifest;
  const orders = snapshots.find(({ service }) => service === 'order')?.tables.find(({ name }) => name === 'orders');
  must(orders !== undefined, 'The archive has no orders.');
  return orders.offset + Math.floor(orders.bytes / 2);
}

/** Changes one byte of a table in the archive that the vault keeps. */
async function corruptVault(home: string, day: string, at: number): Promise<void> {
  const file = await open(join(homeAt(home).vault, 'archives', `${day}.tar`), 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, at);
  await file.close();
}

async function loseDatabases(home: string, ordersUrl: string): Promise<void> {
  const secrets = await openSecrets(homeAt(home));
  const admin = adminUrl(Number(new URL(ordersUrl).port), secrets.postgresPassword);
  for (const database of Object.values(ownedDatabases(secrets))) {
    await dropOwnedDatabase(admin, database);
    await ensureOwnedDatabase(admin, database);
  }
}

const place = { portBase: await freePortBase(), home: await mkdtemp(join(tmpdir(), 'valerix-backup-')) };
let system: RunningSystem | undefined;

async function drill(): Promise<void> {
  system = await startSystem(place);
  const endpoints = await system.endpoints();
  const shop = makeShop(endpoints);
  const products = [await shop.newProduct(ORDERS * 90), await shop.newProduct(ORDERS / 4)];
  const { order: url, operatorKey } = endpoints;
  const shopping = goShopping({
    orderUrls: [url],
    operatorKey,
    products,
    orders: ORDERS,
    concurrency: 8,
    seed: 7,
    seconds: 8,
  });
  say('the shop is open');

  await shopping.reached(0.4);
  const toldBefore = [...shopping.told];
  const home = ['--home', place.home];
  const backup = await runScript('backup.ts', home);
  const day = /Stored as (\d{4}-\d\d-\d\d): 2 snapshots/.exec(backup.output)?.[1];
  must(backup.code === 0 && day !== undefined, `The backup ended with ${backup.code}.`);
  must(!backup.output.includes('Not done yet'), 'The backup was not copied.');
  const orderedMeanwhile = shopping.told.length - toldBefore.length;
  must(orderedMeanwhile > 0, 'Nobody ordered while the backup was made, so the drill proves nothing.');
  say(`backed up with ${orderedMeanwhile} answers to shoppers meanwhile; all of it stored and copied`);

  await shopping.over;
  const second = await runScript('backup.ts', home);
  must(second.code === 3, `The vault was called twice a day: ${second.code}.`);
  const at = await middleOfOrders(endpoints, day);
  await system.stop({ keep: true });
  await corruptVault(place.home, day, at);
  system = await startSystem({ ...place, without: ['grpc', 'order', 'inventory', 'webpubsub'] });
  await loseDatabases(place.home, endpoints.databases.orders);
  say('both databases are lost, and one of three copies is corrupt');

  const { code, output } = await runScript('restore.ts', ['--date', day, ...home]);
  must(code === 0, `The restore ended with ${code}.`);
  must(/The copy in vault is corrupt: orders\.copy\.zst/.test(output), 'The corrupt copy was not found out.');
  must(output.includes('order from primary:'), 'No other copy was taken.');
  await system.stop({ keep: true });
  say('both databases are restored');

  // What was sent after the backup is still in Service Bus, and speaks of what the databases do not know.
  system = await startSystem(place);
  const books = openBooks(endpoints);
  try {
    await waitUntilQuiet(endpoints, books);
    const env = {
      ORDERS_DATABASE_URL: endpoints.databases.orders,
      INVENTORY_DATABASE_URL: endpoints.databases.inventory,
    };
    const repaired = await runScript('reconcile.ts', ['--repair', '--grace', '0', '--no-service-bus'], env);
    must(repaired.code === 0, 'The books could not be repaired.');
    await waitUntilQuiet(endpoints, books);

    // Answered before the backup began, so in it; a 503 or a silence promised nothing.
    const orders = toldBefore.flatMap(({ act, ...told }) =>
      act === 'order' && told.status !== 'hung' ? [{ ...told, status: told.status }] : [],
    );
    const placed = await Promise.all(
      Array.from({ length: ORDERS_AFTERWARDS }, () =>
        makeShop(endpoints).order({ productId: products[0], quantity: 1 }),
      ),
    );
    must(
      placed.every(({ status }) => status === 201 || status === 202),
      'The restored shop takes no orders.',
    );
    await waitUntilQuiet(endpoints, books);
    const after = placed.map(({ status, body }, index) => ({
      key: `after ${index}`,
      status,
      orderId: String(body.orderId),
    }));
    const { breaches, examined } = await checkPromises(books, [...orders, ...after]);
    must(breaches.length === 0, `Promises are broken:\n${breaches.join('\n')}`);
    const kept = orders.filter(({ status }) => status === 201 || status === 202).length;
    say(
      `${kept} orders accepted before the backup are there, ${placed.length} new ones were taken; ${examined} facts, 0 breaches`,
    );
  } finally {
    await books.close();
  }
}

let failure: unknown;
try {
  await drill();
} catch (error) {
  failure = error;
}
await system?.stop({ keep: true });
if (failure === undefined) await rm(place.home, { recursive: true, force: true });
else console.error(`${failure instanceof Error ? failure.message : failure}\nThe data is kept in ${place.home}.`);
process.exit(failure === undefined ? 0 : 1);
