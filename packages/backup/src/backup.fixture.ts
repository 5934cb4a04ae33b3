import { Readable } from 'node:stream';
import type { ContainerClient } from '@azure/storage-blob';
import pg from 'pg';
import type { SnapshotSource } from './restore-snapshot.ts';
import { SNAPSHOT_FILE, type Snapshot, type SnapshotService, snapshot, snapshotFolder } from './snapshot.ts';

/** A snapshot as it lies in staging. */
export function stagedSource(container: ContainerClient, described: Snapshot): SnapshotSource {
  const folder = snapshotFolder(described.service, described.id);
  return {
    snapshot: described,
    async openFile(table) {
      const { readableStreamBody } = await container.getBlobClient(`${folder}${table}.copy.zst`).download();
      return Readable.from(readableStreamBody ?? []);
    },
  };
}

/** The description of a snapshot as it was written. */
export async function readDescription(
  container: ContainerClient,
  service: SnapshotService,
  id: string,
): Promise<Snapshot> {
  const blob = container.getBlobClient(`${snapshotFolder(service, id)}${SNAPSHOT_FILE}`);
  return snapshot.parse(JSON.parse((await blob.downloadToBuffer()).toString('utf8')));
}

/** Everything a database holds and refuses, as text that is the same for two databases that are the same. */
export async function contentOf(url: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const list = async (sql: string) => (await client.query<{ line: string }>(sql)).rows.map(({ line }) => line);
    const tables = await list(
      `SELECT relname AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
    );
    const rows: Record<string, string[]> = {};
    for (const table of tables) rows[table] = await list(`SELECT t::text AS line FROM ${table} AS t ORDER BY 1`);
    return {
      rows,
      constraints: await list(
        `SELECT format('%s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated) AS line
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1`,
      ),
      indexes: await list(`SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`),
      triggers: await list(
        `SELECT format('%s %s', pg_get_triggerdef(oid), tgenabled) AS line
         FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`,
      ),
      functions: await list(
        `SELECT pg_get_functiondef(oid) AS line FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`,
      ),
      sequences: await list(
        `SELECT format('%s %s', sequencename, last_value) AS line FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1`,
      ),
    };
  } finally {
    await client.end();
  }
}
