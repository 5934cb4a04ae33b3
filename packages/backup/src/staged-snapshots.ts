import type { ContainerClient } from '@azure/storage-blob';
import { SNAPSHOT_FILE, type SnapshotService, snapshotFolder, snapshotId } from './snapshot.ts';

export interface StagedSnapshot {
  readonly id: string;
  /** When it was begun, to the second. */
  readonly begunAt: Date;
  /** False: it was interrupted, or is being written just now. */
  readonly isWhole: boolean;
  /** Names of all its blobs. */
  readonly blobs: readonly string[];
}

/** No export takes this long; what is unfinished at that age will never be finished. */
const ABANDONED_AFTER_MS = 6 * 60 * 60 * 1_000;

/** What lies in staging of one service, oldest first. Blobs that are no snapshot's are left alone. */
export async function listStaged(container: ContainerClient, service: SnapshotService): Promise<StagedSnapshot[]> {
  const prefix = snapshotFolder(service, '').slice(0, -1);
  const byId = new Map<string, string[]>();
  for await (const { name } of container.listBlobsFlat({ prefix })) {
    const [id = ''] = name.slice(prefix.length).split('/');
    if (!snapshotId.safeParse(id).success) continue;
    const blobs = byId.get(id) ?? [];
    blobs.push(name);
    byId.set(id, blobs);
  }
  return [...byId]
    .map(([id, blobs]) => ({
      id,
      begunAt: momentOf(id),
      isWhole: blobs.includes(`${snapshotFolder(service, id)}${SNAPSHOT_FILE}`),
      blobs,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Removes what interrupted exports left behind, and says how many they were. */
export async function removeAbandoned(
  container: ContainerClient,
  service: SnapshotService,
  now: Date,
): Promise<number> {
  const abandoned = (await listStaged(container, service)).filter(
    ({ isWhole, begunAt }) => !isWhole && now.getTime() - begunAt.getTime() > ABANDONED_AFTER_MS,
  );
  for (const { blobs } of abandoned) {
    for (const name of blobs) await container.deleteBlob(name);
  }
  return abandoned.length;
}

function momentOf(id: string): Date {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id) ?? [];
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
