import { Readable } from 'node:stream';
import type { ArchiveContents } from './manifest.ts';
import type { Snapshot, SnapshotService, SnapshotTable } from './snapshot.ts';
import { SNAPSHOT_FILE } from './snapshot.ts';
import { paddedSize, TAR_BLOCK, TAR_END, tarHeader } from './tar.ts';

export const MANIFEST_ENTRY = 'manifest.json';

/** A file of a snapshot in staging, which the archive is to carry. */
export interface StagedFile {
  readonly service: SnapshotService;
  readonly snapshotId: string;
  readonly table: SnapshotTable;
}

/** An archive that is fully determined, to the byte, before any of its files is read. */
export interface ArchivePlan {
  readonly contents: ArchiveContents;
  readonly bytes: number;
  /** All of it, in order, each staged file opened when its turn comes. Memory stays flat. Ends with an error when a file does. */
  open(openFile: (file: StagedFile) => Promise<Readable>): Readable;
}

type Entry = { readonly path: string; readonly bytes: number } & (
  | { readonly content: Buffer }
  | { readonly file: StagedFile }
);

/**
 * Lays out the archive of one call. The same snapshots, day and moment give the same bytes, so an archive can be measured
 * before it is sent, and made once more as long as its snapshots are in staging.
 */
export function planArchive(day: string, calledAt: Date, snapshots: readonly Snapshot[]): ArchivePlan {
  const entries = snapshots.flatMap(entriesOf);
  const manifestBytes = paddedSize(textOf(contentsOf(day, calledAt, snapshots, () => Number.MAX_SAFE_INTEGER)).length);
  const offsets = new Map<string, number>();
  let at = TAR_BLOCK + manifestBytes;
  for (const { path, bytes } of entries) {
    offsets.set(path, at + TAR_BLOCK);
    at += TAR_BLOCK + paddedSize(bytes);
  }
  const contents = contentsOf(day, calledAt, snapshots, (path) => offsets.get(path) ?? 0);
  // Filled up with spaces, which JSON allows: where the files begin cannot depend on how many digits that takes to say.
  const text = Buffer.alloc(manifestBytes, ' ');
  textOf(contents).copy(text);
  const all: Entry[] = [{ path: MANIFEST_ENTRY, bytes: text.length, content: text }, ...entries];

  async function* blocks(openFile: (file: StagedFile) => Promise<Readable>): AsyncGenerator<Buffer> {
    for (const entry of all) {
      yield tarHeader(entry.path, entry.bytes, calledAt);
      let written = 0;
      for await (const chunk of 'content' in entry ? [entry.content] : await openFile(entry.file)) {
        written += chunk.length;
        yield chunk;
      }
      if (written !== entry.bytes) throw new Error(`${entry.path} has ${written} bytes and not ${entry.bytes}.`);
      yield Buffer.alloc(paddedSize(written) - written);
    }
    yield TAR_END;
  }

  return {
    contents,
    bytes: at + TAR_END.length,
    open: (openFile) => Readable.from(blocks(openFile), { objectMode: false }),
  };
}

const textOf = (contents: ArchiveContents) => Buffer.from(JSON.stringify(contents));
const entryPath = (service: SnapshotService, id: string, file: string) => `${service}/${id}/${file}`;

function entriesOf(snapshot: Snapshot): Entry[] {
  const { service, id, tables } = snapshot;
  const description = Buffer.from(JSON.stringify(snapshot));
  return [
    { path: entryPath(service, id, SNAPSHOT_FILE), bytes: description.length, content: description },
    ...tables.map((table) => ({
      path: entryPath(service, id, table.file),
      bytes: table.bytes,
      file: { service, snapshotId: id, table },
    })),
  ];
}

function contentsOf(
  day: string,
  calledAt: Date,
  snapshots: readonly Snapshot[],
  offsetOf: (path: string) => number,
): ArchiveContents {
  return {
    format: 1,
    day,
    calledAt: calledAt.toISOString(),
    snapshots: snapshots.map((snapshot) => ({
      ...snapshot,
      tables: snapshot.tables.map((table) => ({
        ...table,
        offset: offsetOf(entryPath(snapshot.service, snapshot.id, table.file)),
      })),
    })),
  };
}
