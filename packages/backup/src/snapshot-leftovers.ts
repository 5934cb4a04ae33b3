import type { ContainerClient } from '@azure/storage-blob';
import { ensureContainer } from '@valerix/platform/azure/blob-container';
import { HOUR } from '@valerix/platform/durations';
import { SNAPSHOT_FILE, type SnapshotService, snapshotFolder, snapshotId } from './snapshot.ts';

/** No export takes that long; what is not whole by then never will be. */
const ABANDONED_AFTER_MS = 6 * HOUR;

/**
 * Removes the files of a service's snapshots that are not whole: of exports that were killed, and of removals. Answers how
 * many. Files that are no snapshot's are left alone.
 */
export async function removeLeftovers(
  container: ContainerClient,
  service: SnapshotService,
  now: Date,
): Promise<number> {
  const root = snapshotFolder(service, '').slice(0, -1);
  const bySnapshot = new Map<string, string[]>();
  await ensureContainer(container);
  for await (const { name } of container.listBlobsFlat({ prefix: root })) {
    const [id = ''] = name.slice(root.length).split('/');
    if (snapshotId.safeParse(id).success) bySnapshot.set(id, [...(bySnapshot.get(id) ?? []), name]);
  }
  const oldest = secondOf(new Date(now.getTime() - ABANDONED_AFTER_MS));
  const leftovers = [...bySnapshot].flatMap(([id, names]) =>
    // An id begins with its second, so ids compare as times do.
    id < oldest && !names.includes(`${snapshotFolder(service, id)}${SNAPSHOT_FILE}`) ? names : [],
  );
  for (const name of leftovers) await container.getBlobClient(name).deleteIfExists();
  return leftovers.length;
}

/** `YYYYMMDDTHHMMSSZ`, as snapshot ids begin. */
export const secondOf = (at: Date): string => at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
