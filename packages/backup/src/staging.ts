import type { Readable } from 'node:stream';
import type { ContainerClient } from '@azure/storage-blob';
import { ensureContainer } from '@valerix/platform/azure/blob-container';
import type { StagedFile } from './archive.ts';
import { downloadBlob, readText } from './blobs.ts';
import { SNAPSHOT_FILE, type Snapshot, snapshot, snapshotFolder } from './snapshot.ts';

/** Far more than ten thousand tables need. */
const MAX_DESCRIPTION_BYTES = 64 * 1024 * 1024;
const ROOT = 'snapshots/';

export interface StagedSnapshots {
  /** The complete ones, oldest first. */
  readonly snapshots: readonly Snapshot[];
  /** Names of descriptions that cannot be read. */
  readonly unreadable: readonly string[];
}

/** Where the services put their snapshots, and where they wait to be preserved. */
export interface Staging {
  list(): Promise<StagedSnapshots>;
  open(file: StagedFile): Promise<Readable>;
  remove(snapshot: Snapshot): Promise<void>;
}

export function openStaging(container: ContainerClient): Staging {
  const namesBelow = async (prefix: string) => {
    await ensureContainer(container);
    const names: string[] = [];
    for await (const { name } of container.listBlobsFlat({ prefix })) names.push(name);
    return names;
  };
  const removeAll = async (names: readonly string[]) => {
    for (const name of names) await container.getBlobClient(name).deleteIfExists();
  };

  return {
    async list() {
      const descriptions = (await namesBelow(ROOT)).filter((name) => name.endsWith(`/${SNAPSHOT_FILE}`));
      const found = await Promise.all(
        descriptions.map(async (name) => {
          const text = await readText(container, name, MAX_DESCRIPTION_BYTES);
          return { name, described: text === undefined ? undefined : parseDescription(text) };
        }),
      );
      return {
        snapshots: found
          .flatMap(({ name, described }) => (described !== undefined && isAt(described, name) ? [described] : []))
          .sort((a, b) => a.id.localeCompare(b.id)),
        unreadable: found
          .filter(({ name, described }) => described === undefined || !isAt(described, name))
          .map(({ name }) => name),
      };
    },
    open: ({ service, snapshotId, table }) =>
      downloadBlob(container, `${snapshotFolder(service, snapshotId)}${table.file}`),
    async remove({ service, id }) {
      const folder = snapshotFolder(service, id);
      // First what makes it whole: half removed, it is a leftover, which the exports clear away.
      await removeAll([`${folder}${SNAPSHOT_FILE}`]);
      await removeAll(await namesBelow(folder));
    },
  };
}

const folderOf = (name: string) => name.slice(0, name.lastIndexOf('/') + 1);
const isAt = ({ service, id }: Snapshot, name: string) => folderOf(name) === snapshotFolder(service, id);

function parseDescription(text: string): Snapshot | undefined {
  try {
    return snapshot.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
