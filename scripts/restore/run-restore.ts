import { connect } from '@valerix/backup/connect';
import { restorePair } from '@valerix/backup/restore-pair';
import { inventoryMigrations } from '@valerix/inventory/inventory-database';
import { type DatabaseAuthentication, databaseAuthentications } from '@valerix/platform/azure/database-login';
import { choice, parseConfig } from '@valerix/platform/config';
import { SECOND } from '@valerix/platform/durations';
import { makeLogger } from '@valerix/platform/logger';
import { readMigrations } from '@valerix/platform/migrate';
import { openDatabase } from '@valerix/platform/postgres';
import { reconcileAndRepair } from '@valerix/reconciler/reconcile-and-repair';
import { repairText } from '@valerix/reconciler/report-text';
import { afterRestoreSql, ordersMigrations } from '../../functions-order/src/orders-schema.ts';
import { readEndpoints } from '../../local/endpoints.ts';
import type { RestoreCommand } from './command-line.ts';
import { openPlaces } from './open-places.ts';
import { progressPrinter } from './progress-text.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A ledger may be long, and one statement of the reconciler sums up several. */
const STATEMENT_TIMEOUT_MS = 300 * SECOND;

/** Restores both databases and repairs what lies between them; answers whether the books are right. */
export async function runRestore(
  command: RestoreCommand,
  env: Environment,
  print: (line: string) => void,
): Promise<boolean> {
  const { day, from, force, wish, home } = command;
  const { DATABASE_AUTHENTICATION: authentication } = parseConfig(
    { DATABASE_AUTHENTICATION: choice(databaseAuthentications, 'password') },
    env,
  );
  const urls = command.into ?? (await readEndpoints(home)).databases;
  const places = (await openPlaces(env, home)).filter(({ name }) => from === 'auto' || name === from);
  print(`Restoring the backup of ${day} from ${places.map(({ name }) => name).join(', else from ')}.`);
  await restorePair({
    day,
    wish,
    places,
    mayEmpty: force,
    targets: {
      order: {
        connect: () => connect(urls.orders, authentication),
        migrations: await readMigrations(ordersMigrations),
        afterwards: afterRestoreSql,
      },
      inventory: {
        connect: () => connect(urls.inventory, authentication),
        migrations: await readMigrations(inventoryMigrations),
        afterwards: [],
      },
    },
    onProgress: progressPrinter(print),
  });
  print('Both databases are restored. What the time between the two snapshots explains is repaired now.\n');
  return repairBooks(urls, authentication, print);
}

async function repairBooks(
  urls: { readonly orders: string; readonly inventory: string },
  authentication: DatabaseAuthentication,
  print: (line: string) => void,
): Promise<boolean> {
  const logger = makeLogger('restore', 'error', console.error);
  const open = (url: string) =>
    openDatabase({ url, authentication, maxConnections: 2, logger, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  const [orders, inventory] = [open(urls.orders), open(urls.inventory)];
  try {
    const run = await reconcileAndRepair({ orders, inventory, deadLetters: undefined }, { isStill: true });
    print(repairText(run));
    return run.after.breaches === 0;
  } finally {
    await Promise.all([orders.close(), inventory.close()]);
  }
}
