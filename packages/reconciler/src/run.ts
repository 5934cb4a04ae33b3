import { SECOND } from '@valerix/platform/durations';
import { describeError, makeLogger } from '@valerix/platform/logger';
import { type Database, openDatabase } from '@valerix/platform/postgres';
import { parseCommandLine, type ReconcileOptions, UsageError, usage, type Where } from './command-line.ts';
import { type CountDeadLetters, deadLettersOf } from './dead-letters.ts';
import { reconcile } from './reconcile.ts';
import { reconcileAndRepair } from './reconcile-and-repair.ts';
import { repairText, reportText } from './report-text.ts';

export const exitCodes = { clean: 0, breached: 1, failed: 2 } as const;
type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Where a running system says that its books are. */
export interface BooksOfHome {
  readonly orders: string;
  readonly inventory: string;
  readonly serviceBus: string;
}

export interface RunOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Looks up a data directory; rejects with a clear message when nothing runs there. */
  readonly booksOfHome: (home: string) => Promise<BooksOfHome>;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** A ledger may be long, and one statement sums up several. */
const STATEMENT_TIMEOUT_MS = 300 * SECOND;
const CONNECT_TIMEOUT_MS = 10 * SECOND;

/** The command: examines, repairs if asked to, prints, and answers the exit code. */
export async function runReconciler({ args, env, booksOfHome, print, complain }: RunOptions): Promise<ExitCode> {
  try {
    const options = parseCommandLine(args, env);
    if (options === undefined) {
      print(usage);
      return exitCodes.clean;
    }
    return await examine(options, booksOfHome, print);
  } catch (error) {
    const message = error instanceof Error && !('code' in error) ? error.message : describeError(error);
    complain(error instanceof UsageError ? `${message}\n\n${usage}` : message);
    return exitCodes.failed;
  }
}

async function examine(
  { where, serviceBus, limits, repair, json }: ReconcileOptions,
  booksOfHome: RunOptions['booksOfHome'],
  print: RunOptions['print'],
): Promise<ExitCode> {
  const { broker, ...urls } = await locate(where, serviceBus, booksOfHome);
  const orders = open(urls.orders);
  const inventory = open(urls.inventory);
  const deadLetters = broker === null ? undefined : explained(deadLettersOf(broker));
  try {
    await probe('orders', orders, ['orders', ...(repair ? ['repairs'] : [])]);
    await probe('inventory', inventory, ['reservations', ...(repair ? ['repairs'] : [])]);
    if (repair) {
      const run = await reconcileAndRepair({ orders, inventory, deadLetters }, limits);
      print(json ? JSON.stringify(run, null, 2) : repairText(run));
      return run.after.breaches === 0 ? exitCodes.clean : exitCodes.breached;
    }
    const report = await reconcile({ orders: orders.query, inventory: inventory.query, deadLetters }, limits);
    print(json ? JSON.stringify(report, null, 2) : reportText(report));
    return report.breaches === 0 ? exitCodes.clean : exitCodes.breached;
  } finally {
    await Promise.all([orders.close(), inventory.close()]);
  }
}

async function locate(where: Where, serviceBus: string | null | undefined, booksOfHome: RunOptions['booksOfHome']) {
  if (where.kind === 'urls') return { ...where, broker: serviceBus ?? null };
  const books = await booksOfHome(where.home);
  return { ...books, broker: serviceBus === undefined ? books.serviceBus : serviceBus };
}

function open(url: string): Database {
  const logger = makeLogger('reconciler', 'error', console.error);
  return openDatabase({
    url,
    maxConnections: 2,
    logger,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
}

const probes: Readonly<Record<string, string>> = {
  orders: 'SELECT FROM orders LIMIT 1',
  reservations: 'SELECT FROM reservations LIMIT 1',
  repairs: 'SELECT FROM repairs LIMIT 1',
};

/** Fails before anything is examined, and says which database it is. */
async function probe(name: string, database: Database, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    try {
      await database.query(probes[table] ?? '');
    } catch (cause) {
      const hint = table === 'repairs' ? ' Its service, once started, brings its schema up to date.' : '';
      throw new Error(`The ${name} database cannot be used: ${describeError(cause)}.${hint}`, { cause });
    }
  }
}

function explained(count: CountDeadLetters): CountDeadLetters {
  return async () => {
    try {
      return await count();
    } catch (cause) {
      throw new Error(
        `Service Bus cannot be asked for dead letters: ${describeError(cause)}. Leave them out with --no-service-bus.`,
        { cause },
      );
    }
  };
}
