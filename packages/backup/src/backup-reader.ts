import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MANIFEST_ENTRY } from './archive.ts';
import type { BackupPlace } from './backup-place.ts';
import { type ArchiveContents, archiveContents, MAX_MANIFEST_BYTES, type Manifest } from './manifest.ts';
import { readTarHeader, TAR_BLOCK } from './tar.ts';

/** One archive in one place. */
export interface Backup {
  readonly manifest: Manifest;
  /**
   * The compressed file of one table, read by range; the other tables are not touched. Its SHA-256 is the caller's to
   * compare with the manifest's, as the bytes pass.
   */
  openFile(snapshotId: string, table: string): Promise<Readable>;
}

/** A place has no archive of that day, or one whose description cannot be read. */
export class BackupUnreadable extends Error {
  override name = 'BackupUnreadable';
}

/** Opens the archive of a day. Throws `BackupUnreadable`; rejects otherwise while the place is away. */
export async function openBackup(place: BackupPlace, day: string): Promise<Backup> {
  const seal = await place.find(day);
  if (seal === undefined) throw new BackupUnreadable(`There is no backup of ${day} in ${place.name}.`);
  const manifest: Manifest = { ...(await readContents(place, day)), ...seal };

  return {
    manifest,
    async openFile(snapshotId, name) {
      const table = manifest.snapshots
        .find(({ id }) => id === snapshotId)
        ?.tables.find((candidate) => candidate.name === name);
      if (table === undefined) throw new BackupUnreadable(`${day} in ${place.name} has no ${snapshotId}/${name}.`);
      if (table.bytes === 0) return Readable.from([]);
      return place.read(day, { offset: table.offset, bytes: table.bytes });
    },
  };
}

/** What an archive says of itself, in its first entry. */
export async function readContents(place: BackupPlace, day: string): Promise<ArchiveContents> {
  const readBytes = async (offset: number, bytes: number) => buffer(await place.read(day, { offset, bytes }));
  const header = await readBytes(0, TAR_BLOCK);
  try {
    const bytes = readTarHeader(header, MANIFEST_ENTRY);
    if (bytes > MAX_MANIFEST_BYTES) throw new Error(`The manifest claims to have ${bytes} bytes.`);
    const contents = archiveContents.parse(JSON.parse((await readBytes(TAR_BLOCK, bytes)).toString('utf8')));
    if (contents.day !== day) throw new Error(`The manifest is that of ${contents.day}.`);
    return contents;
  } catch (cause) {
    throw new BackupUnreadable(`The manifest of ${day} in ${place.name} is damaged.`, { cause });
  }
}
