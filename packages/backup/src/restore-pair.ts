import { describeError } from '@valerix/platform/logger';
import type { Migration } from '@valerix/platform/migrate';
import type { Client } from 'pg';
import type { BackupPlace } from './backup-place.ts';
import { type Backup, BackupUnreadable, openBackup } from './backup-reader.ts';
import { choosePair, type Pair, type Wish } from './choose-pair.ts';
import type { ArchivedSnapshot, PlaceName } from './manifest.ts';
import { CorruptCopy, NoUsableCopy } from './restore-errors.ts';
import { type RestoreProgress, restoreSnapshot } from './restore-snapshot.ts';
import { type SnapshotService, snapshotServices } from './snapshot.ts';
import { assertEmpty } from './target-schema.ts';

/** A database to restore into. */
export interface RestoreTarget {
  /** As the owner of the database, on a connection of its own. */
  readonly connect: () => Promise<Client>;
  readonly migrations: readonly Migration[];
  readonly afterwards: readonly string[];
}

export interface RestorePairOptions {
  readonly day: string;
  readonly wish: Wish;
  /** In the order in which they are tried. */
  readonly places: readonly BackupPlace[];
  readonly targets: Readonly<Record<SnapshotService, RestoreTarget>>;
  readonly mayEmpty: boolean;
  readonly onProgress: (progress: PairProgress) => void;
}

export type PairProgress =
  | { readonly kind: 'chosen'; readonly pair: Pair }
  | { readonly kind: 'unusable'; readonly place: PlaceName; readonly why: string; readonly isCorrupt: boolean }
  | { readonly kind: 'begun'; readonly service: SnapshotService; readonly place: PlaceName }
  | { readonly kind: 'loaded'; readonly service: SnapshotService; readonly ms: number }
  | ({ readonly service: SnapshotService } & RestoreProgress);

type Clients = Readonly<Record<SnapshotService, Client>>;

/**
 * Restores both databases to one pair of snapshots. Each has its transaction, and both are committed only when both are
 * whole: whatever goes wrong leaves both as they were. A copy that is corrupt or away is passed over for the next place.
 */
export async function restorePair(options: RestorePairOptions): Promise<Record<SnapshotService, PlaceName>> {
  const { targets } = options;
  const order = await connectTo(targets.order);
  try {
    const inventory = await connectTo(targets.inventory);
    try {
      return await restoreInto({ order, inventory }, options);
    } finally {
      await inventory.end();
    }
  } finally {
    await order.end();
  }
}

async function connectTo({ connect }: RestoreTarget): Promise<Client> {
  const client = await connect();
  // A broken connection fails the statement that is under way; the event needs a listener all the same.
  client.on('error', () => {});
  return client;
}

async function restoreInto(clients: Clients, options: RestorePairOptions) {
  const { day, wish, places, mayEmpty, onProgress } = options;
  // Said before anything is read.
  if (!mayEmpty) for (const service of snapshotServices) await assertEmpty(clients[service]);

  const backups = new Map<BackupPlace, Backup>();
  const unusable = (place: BackupPlace, error: unknown) => {
    const isCorrupt = error instanceof CorruptCopy;
    const why = isCorrupt || error instanceof BackupUnreadable ? error.message : describeError(error);
    onProgress({ kind: 'unusable', place: place.name, why, isCorrupt });
  };
  for (const place of places) {
    await openBackup(place, day).then(
      (backup) => backups.set(place, backup),
      (error: unknown) => unusable(place, error),
    );
  }
  const [first] = backups.values();
  if (first === undefined) throw new NoUsableCopy(`No backup of ${day} could be opened.`);
  const pair = choosePair(first.manifest.snapshots, wish);
  onProgress({ kind: 'chosen', pair });

  const from: Partial<Record<SnapshotService, PlaceName>> = {};
  for (const service of snapshotServices) {
    for (const [place, backup] of backups) {
      onProgress({ kind: 'begun', service, place: place.name });
      const failure = await loadFrom(backup, clients[service], service, pair, options);
      if (failure === undefined) {
        from[service] = place.name;
        break;
      }
      unusable(place, failure);
      await clients[service].query('ROLLBACK');
    }
    if (from[service] === undefined) {
      throw new NoUsableCopy(`No copy of snapshot ${pair[service].id} of ${day} can be used; nothing was changed.`);
    }
  }
  for (const service of snapshotServices) await clients[service].query('COMMIT');
  return from as Record<SnapshotService, PlaceName>;
}

/** Answers what is wrong with the copy; throws what another copy would not mend. */
async function loadFrom(
  backup: Backup,
  client: Client,
  service: SnapshotService,
  pair: Pair,
  { targets, mayEmpty, onProgress }: RestorePairOptions,
): Promise<unknown> {
  const snapshot = backup.manifest.snapshots.find(({ id }: ArchivedSnapshot) => id === pair[service].id);
  if (snapshot === undefined) return new CorruptCopy(`It lacks snapshot ${pair[service].id}.`);
  let unread: unknown;
  const source = {
    snapshot,
    async openFile(table: string) {
      try {
        const file = await backup.openFile(snapshot.id, table);
        return file.once('error', (error) => {
          unread = error;
        });
      } catch (error) {
        unread = error;
        throw error;
      }
    },
  };
  const startedAt = performance.now();
  try {
    const { migrations, afterwards } = targets[service];
    await restoreSnapshot(client, {
      source,
      migrations,
      mayEmpty,
      afterwards,
      onProgress: (progress) => onProgress({ service, ...progress }),
    });
    onProgress({ kind: 'loaded', service, ms: performance.now() - startedAt });
    return undefined;
  } catch (error) {
    if (error instanceof CorruptCopy) return error;
    if (unread !== undefined) return unread;
    throw error;
  }
}
