import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import type { ContainerClient } from '@azure/storage-blob';
import { ensureContainer } from '@valerix/platform/azure/blob-container';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { countBytes, measureBytes } from './measured-bytes.ts';
import { SNAPSHOT_FILE, type Snapshot, type SnapshotService, type SnapshotTable, snapshotFolder } from './snapshot.ts';
import { type CatalogueTable, columnsOf, quoted, readCatalogue, readTables } from './snapshot-catalogue.ts';
import { secondOf } from './snapshot-leftovers.ts';

export interface ExportOptions {
  readonly service: SnapshotService;
  /** A connection to the service's database that nobody else uses meanwhile; it is closed afterwards. */
  readonly connect: () => Promise<Client>;
  /** The staging container. */
  readonly container: ContainerClient;
  readonly now?: () => Date;
}

/** Blocks of a blob: what is in memory at once is this size times the uploads under way. */
const BLOCK_BYTES = 4 * 1024 * 1024;
const UPLOADS_AT_ONCE = 2;

/** What COPY writes must not depend on how a server or a role is set up. */
const sessionSql = `
  SET statement_timeout = 0;
  SET idle_in_transaction_session_timeout = 0;
  SET lock_timeout = '30s';
  SET client_encoding = 'UTF8';
  SET DateStyle = 'ISO, YMD';
  SET IntervalStyle = 'postgres';
  SET extra_float_digits = 1`;

/**
 * Writes everything a database holds at one moment into the staging container, table by table, and the description of it
 * last: whatever ends this in between leaves no snapshot, only leftovers. Memory is flat whatever the size.
 */
export async function exportSnapshot(options: ExportOptions): Promise<Snapshot> {
  const { service, container, now = () => new Date() } = options;
  await ensureContainer(container);
  const client = await options.connect();
  let lost: Error | undefined;
  client.on('error', (error) => {
    lost = error;
  });
  try {
    const id = newSnapshotId(now());
    const folder = snapshotFolder(service, id);
    await client.query(sessionSql);
    // Locked first, so that no migration changes a table between the transaction's moment and its turn.
    const before = await readTables(client);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    if (before.length > 0) {
      await client.query(
        `LOCK TABLE ${before.map(({ name }) => `public.${quoted(name)}`).join(', ')} IN ACCESS SHARE MODE`,
      );
    }
    const { rows } = await client.query<{ at: Date }>('SELECT now() AS at');
    const { tables, sequences, migrations } = await readCatalogue(client);
    const exported: SnapshotTable[] = [];
    for (const table of tables) exported.push(await exportTable(client, container, folder, table));
    await client.query('COMMIT');

    const snapshot: Snapshot = {
      format: 1,
      service,
      id,
      takenAt: (rows[0]?.at ?? now()).toISOString(),
      schema: [...migrations],
      tables: exported,
      sequences: [...sequences],
    };
    const text = `${JSON.stringify(snapshot, null, 2)}\n`;
    await container.getBlockBlobClient(`${folder}${SNAPSHOT_FILE}`).upload(text, Buffer.byteLength(text), {
      blobHTTPHeaders: { blobContentType: 'application/json' },
    });
    return snapshot;
  } catch (error) {
    throw lost === undefined || error === lost ? error : new Error(`${lost.message}`, { cause: error });
  } finally {
    await client.end();
  }
}

async function exportTable(
  client: Client,
  container: ContainerClient,
  folder: string,
  table: CatalogueTable,
): Promise<SnapshotTable> {
  const file = `${table.name}.copy.zst`;
  const rowsOf = client.query(copyTo(`COPY ${columnsOf(table)} TO STDOUT`));
  const stored = measureBytes();
  let copiedBytes = 0;
  const counted = countBytes((count) => {
    copiedBytes += count;
  });
  // Each side waits for the other, so the failure of one must end both.
  const failed = new AbortController();
  const orAbort = (error: unknown) => {
    failed.abort(error);
    throw error;
  };
  const copied = pipeline(rowsOf, counted, createZstdCompress(), stored.stream, { signal: failed.signal });
  const uploaded = container
    .getBlockBlobClient(`${folder}${file}`)
    .uploadStream(stored.stream, BLOCK_BYTES, UPLOADS_AT_ONCE, { abortSignal: failed.signal });
  const outcomes = await Promise.allSettled([copied.catch(orAbort), uploaded.catch(orAbort)]);
  if (outcomes.some(({ status }) => status === 'rejected')) throw failed.signal.reason;
  return {
    name: table.name,
    file,
    columns: [...table.columns],
    rows: rowsOf.rowCount,
    bytes: stored.bytes(),
    copiedBytes,
    sha256: stored.sha256(),
  };
}

/** `YYYYMMDDTHHMMSSZ` and six random hex digits. */
function newSnapshotId(at: Date): string {
  return `${secondOf(at)}-${randomBytes(3).toString('hex')}`;
}
