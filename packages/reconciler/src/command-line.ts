import { parseArgs } from 'node:util';
import { SECOND } from '@valerix/platform/durations';
import type { Limits } from './limits.ts';

export const usage = `Usage: npm run reconcile -- [options]

Holds the books of both services to every promise that they can show. Reads only, unless --repair is given.

  --home DIR             data directory of the running system to examine (default: VALERIX_HOME, else .valerix)
  --orders-url URL       the orders database (default: ORDERS_DATABASE_URL)
  --inventory-url URL    the inventory database (default: INVENTORY_DATABASE_URL)
  --service-bus CONN     connection string for counting dead letters (default: ServiceBusConnection)
  --no-service-bus       do not count dead letters
  --grace SECONDS        how long an event may be on its way (default: 60)
  --give-up SECONDS      age at which the Order service gives an order up (default: 900)
  --strict               nothing may be on its way
  --repair               repair what can be repaired safely, and record it; read docs/reconciliation.md first
  --json                 print the report as JSON
  --help                 show this

A URL on a command line is seen by everybody on the machine: prefer the variables.
Exit code: 0 the books are right, 1 a promise is broken, 2 it could not be found out.
`;

/** A wrong use of the command; its message is for the one who typed it. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Where the books are: at these URLs, or where the system in `home` says. */
export type Where =
  | { readonly kind: 'urls'; readonly orders: string; readonly inventory: string }
  | { readonly kind: 'home'; readonly home: string };

export interface ReconcileOptions {
  readonly where: Where;
  /** Undefined: where the system in `home` says; null: not at all. */
  readonly serviceBus: string | null | undefined;
  readonly limits: Partial<Limits>;
  readonly repair: boolean;
  readonly json: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the arguments; undefined when only the usage was asked for. Throws `UsageError`. */
export function parseCommandLine(args: readonly string[], env: Environment): ReconcileOptions | undefined {
  const given = readArguments(args);
  if (given.help) return undefined;
  const graceMs = milliseconds('--grace', given.grace);
  const giveUpMs = milliseconds('--give-up', given['give-up']);
  return {
    where: whereOf(given, env),
    serviceBus: given['no-service-bus']
      ? null
      : (given['service-bus'] ?? (given.home ? undefined : env.ServiceBusConnection || undefined)),
    limits: {
      strict: given.strict ?? false,
      ...(graceMs !== undefined && { graceMs }),
      ...(giveUpMs !== undefined && { giveUpMs }),
    },
    repair: given.repair ?? false,
    json: given.json ?? false,
  };
}

type Given = ReturnType<typeof readArguments>;

function whereOf(given: Given, env: Environment): Where {
  const named = [given['orders-url'], given['inventory-url']];
  if (given.home !== undefined && named.some((url) => url !== undefined)) {
    throw new UsageError('Give either --home or the URLs of both databases.');
  }
  if (given.home !== undefined) return { kind: 'home', home: given.home };
  const orders = given['orders-url'] ?? env.ORDERS_DATABASE_URL;
  const inventory = given['inventory-url'] ?? env.INVENTORY_DATABASE_URL;
  if (!orders && !inventory) return { kind: 'home', home: env.VALERIX_HOME || '.valerix' };
  if (!orders) throw new UsageError('The orders database is missing: --orders-url or ORDERS_DATABASE_URL.');
  if (!inventory) throw new UsageError('The inventory database is missing: --inventory-url or INVENTORY_DATABASE_URL.');
  return { kind: 'urls', orders, inventory };
}

function milliseconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0) {
    throw new UsageError(`${option} needs a number of seconds, not '${text}'.`);
  }
  return seconds * SECOND;
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        home: { type: 'string' },
        'orders-url': { type: 'string' },
        'inventory-url': { type: 'string' },
        'service-bus': { type: 'string' },
        'no-service-bus': { type: 'boolean' },
        grace: { type: 'string' },
        'give-up': { type: 'string' },
        strict: { type: 'boolean' },
        repair: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
