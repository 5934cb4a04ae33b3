import { parseArgs } from 'node:util';
import type { Wish } from '@valerix/backup/choose-pair';
import { type PlaceName, placeNames } from '@valerix/backup/manifest';
import { snapshotId } from '@valerix/backup/snapshot';
import { z } from 'zod';

export const usage = `Usage: npm run restore -- --date YYYY-MM-DD [options]

Rebuilds both databases as they were when a backup was taken, verifies every byte and row, and then lets the reconciler
repair what the seconds between the two snapshots explain. Stop the services first; read docs/backup.md.

  --date DAY             the UTC day of the backup; npm run backups lists them
  --from PLACE           vault, primary, secondary, or auto: the first of these that is whole (default)
  --into orders=URL,inventory=URL
                         the databases, as their owners (default: those of the running system)
  --force                empty databases that are not; without it, nothing that is there is touched
  --at TIME              of a backup that carries several days: the newest pair up to that time, such as
                         2027-03-01T12:00:00Z (default: the newest)
  --snapshot ID          these two, however far apart they are; give it twice
  --home DIR             data directory of the running system (default: VALERIX_HOME, else .valerix)
  --help                 show this

The backups are found where StorageConnection, BackupCopyConnection and BACKUP_VAULT_URL say, as for the services, else
where the running system says. With DATABASE_AUTHENTICATION=entra the databases are entered as who is signed in.
Exit code: 0 restored and the books are right, 1 restored and a promise is broken, 2 not restored.
`;

/** A wrong use of the command; its message is for the one who typed it. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export interface RestoreCommand {
  readonly day: string;
  readonly from: PlaceName | 'auto';
  /** Undefined: the running system's. */
  readonly into: { readonly orders: string; readonly inventory: string } | undefined;
  readonly force: boolean;
  readonly wish: Wish;
  readonly home: string;
}

const sources = ['auto', ...placeNames] as const;
const day = z.iso.date();
const moment = z.iso.datetime({ offset: true });

/** Reads the arguments; undefined when only the usage was asked for. Throws `UsageError`. */
export function parseCommandLine(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): RestoreCommand | undefined {
  const given = readArguments(args);
  if (given.help) return undefined;
  if (given.date === undefined) throw new UsageError('Say which backup: --date YYYY-MM-DD.');
  if (!day.safeParse(given.date).success)
    throw new UsageError(`--date needs a day as YYYY-MM-DD, not '${given.date}'.`);
  const from = sources.find((source) => source === (given.from ?? 'auto'));
  if (from === undefined) throw new UsageError(`--from needs one of ${sources.join(', ')}, not '${given.from}'.`);
  return {
    day: given.date,
    from,
    into: given.into === undefined ? undefined : readTargets(given.into),
    force: given.force ?? false,
    wish: readWish(given.at, given.snapshot),
    home: given.home ?? (env.VALERIX_HOME || '.valerix'),
  };
}

function readWish(at: string | undefined, ids: readonly string[] | undefined): Wish {
  if (at !== undefined && ids !== undefined) throw new UsageError('Give either --at or --snapshot.');
  if (at !== undefined) {
    if (!moment.safeParse(at).success)
      throw new UsageError(`--at needs a time such as 2027-03-01T12:00:00Z, not '${at}'.`);
    return { at: new Date(at) };
  }
  if (ids === undefined) return {};
  const wrong = ids.find((id) => !snapshotId.safeParse(id).success);
  if (wrong !== undefined)
    throw new UsageError(`--snapshot needs an id such as 20270301T010000Z-0a1b2c, not '${wrong}'.`);
  if (new Set(ids).size !== 2) throw new UsageError('--snapshot is given twice: one of each service.');
  return { ids };
}

/** No URL is repeated in a message: it holds a password. */
function readTargets(text: string): { orders: string; inventory: string } {
  const targets = new Map<string, string>();
  for (const part of text.split(/,(?=\w+=)/)) {
    const [name = '', ...url] = part.split('=');
    if (name !== 'orders' && name !== 'inventory') {
      throw new UsageError('--into names the databases as orders=URL,inventory=URL.');
    }
    if (targets.has(name)) throw new UsageError(`--into names ${name} twice.`);
    targets.set(name, url.join('='));
  }
  const [orders, inventory] = [targets.get('orders'), targets.get('inventory')];
  if (!orders || !inventory) throw new UsageError('--into needs both databases: orders=URL,inventory=URL.');
  for (const [name, url] of targets) {
    if (!/^postgres(ql)?:\/\/./.test(url) || !URL.canParse(url)) {
      throw new UsageError(`--into ${name}= needs a URL such as postgresql://owner:password@host:5432/${name}.`);
    }
  }
  if (orders === inventory) throw new UsageError('--into names one database twice.');
  return { orders, inventory };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        date: { type: 'string' },
        from: { type: 'string' },
        into: { type: 'string' },
        force: { type: 'boolean' },
        at: { type: 'string' },
        snapshot: { type: 'string', multiple: true },
        home: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
