import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { countBytes, measureBytes } from './measured-bytes.ts';
import { CorruptCopy } from './restore-errors.ts';
import type { SnapshotTable } from './snapshot.ts';
import { columnsOf } from './snapshot-catalogue.ts';

/**
 * Streams one table's file into its table, which is empty, and checks every byte and the number of rows. Throws
 * `CorruptCopy` when the file is not what was stored, however that showed: the rows must then not be committed.
 */
export async function loadTable(
  client: Client,
  table: SnapshotTable,
  openFile: () => Promise<Readable>,
  onCopiedBytes: (count: number) => void,
): Promise<void> {
  const stored = measureBytes();
  const file = await openFile();
  const rows = client.query(copyFrom(`COPY ${columnsOf(table)} FROM STDIN WITH (FREEZE)`));
  try {
    await pipeline(file, stored.stream, createZstdDecompress(), countBytes(onCopiedBytes), rows);
  } catch (cause) {
    // Whether the bytes are at fault or something else is known once all of them were read.
    await assertUnharmed(table, openFile);
    throw cause;
  }
  compare(table, stored.bytes(), stored.sha256());
  if (rows.rowCount !== table.rows) {
    throw new CorruptCopy(`${table.file} holds ${rows.rowCount} rows and should hold ${table.rows}.`);
  }
}

/** Reads a file to its end and throws `CorruptCopy` when it is not what was stored. */
export async function assertUnharmed(table: SnapshotTable, openFile: () => Promise<Readable>): Promise<void> {
  const stored = measureBytes();
  const file = await openFile();
  await pipeline(file, stored.stream, async (chunks) => {
    for await (const _ of chunks);
  });
  compare(table, stored.bytes(), stored.sha256());
}

function compare({ file, bytes, sha256 }: SnapshotTable, foundBytes: number, foundSha256: string): void {
  if (foundBytes !== bytes) throw new CorruptCopy(`${file} has ${foundBytes} bytes and should have ${bytes}.`);
  if (foundSha256 !== sha256) {
    throw new CorruptCopy(`${file} is not what was stored: its SHA-256 is ${foundSha256} and should be ${sha256}.`);
  }
}
