import type { Readable } from 'node:stream';
import type { Migration } from '@valerix/platform/migrate';
import type { Client } from 'pg';
import { deferRules } from './deferred-rules.ts';
import { loadTable } from './load-table.ts';
import { CorruptCopy, SchemaMismatch } from './restore-errors.ts';
import type { Snapshot, SnapshotTable } from './snapshot.ts';
import { type CatalogueTable, quoted, readTables } from './snapshot-catalogue.ts';
import { assertEmpty, bringUpToDate, remakeSchema } from './target-schema.ts';

/** A snapshot and the way to its files, wherever they are. */
export interface SnapshotSource {
  readonly snapshot: Snapshot;
  openFile(table: string): Promise<Readable>;
}

export interface RestoreOptions {
  readonly source: SnapshotSource;
  /** All migrations of the service, as the code has them. */
  readonly migrations: readonly Migration[];
  /** What may be lost: with false, nothing. */
  readonly mayEmpty: boolean;
  /** Statements at the end, before the target can be used again. */
  readonly afterwards?: readonly string[];
  readonly onProgress?: (progress: RestoreProgress) => void;
}

export type RestoreProgress =
  | { readonly kind: 'copying'; readonly table: string; readonly copiedBytes: number }
  | {
      readonly kind: 'copied';
      readonly table: string;
      readonly rows: number;
      readonly copiedBytes: number;
      readonly ms: number;
    }
  | { readonly kind: 'rule'; readonly name: string };

/** As long as it takes; as much memory for building indexes as a small server can spare. */
const sessionSql = `
  SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0;
  SET LOCAL lock_timeout = '60s';
  SET LOCAL client_encoding = 'UTF8';
  SET LOCAL DateStyle = 'ISO, YMD';
  SET LOCAL IntervalStyle = 'postgres';
  SET LOCAL maintenance_work_mem = '256MB'`;

/**
 * Makes the database what it was at the moment of the snapshot, in one transaction that is left open: the caller commits
 * it, or rolls it back and finds the target as it was. Nothing is kept of what does not agree with the snapshot to the
 * last byte and row. The code's newer migrations are applied on top.
 */
export async function restoreSnapshot(client: Client, options: RestoreOptions): Promise<void> {
  const { source, migrations, mayEmpty, afterwards = [], onProgress = () => {} } = options;
  const { snapshot } = source;
  await client.query('BEGIN');
  await client.query(sessionSql);
  if (!mayEmpty) await assertEmpty(client);
  await remakeSchema(client, snapshot, migrations);
  const tables = await readTables(client);
  assertSameShape(snapshot, tables);

  const names = tables.map(({ name }) => name);
  const rules = await deferRules(client, names);
  // What migrations wrote is in the snapshot as well. COPY can also write rows that need no later clean-up (FREEZE) only
  // to a table that was emptied in the same transaction.
  await client.query(`TRUNCATE ${names.map((name) => `public.${quoted(name)}`).join(', ')}`);
  for (const table of snapshot.tables) await load(client, source, table, onProgress);
  await rules.putBack((name) => onProgress({ kind: 'rule', name }));
  for (const table of snapshot.tables) await assertRows(client, table);
  for (const { name, lastValue } of snapshot.sequences) {
    if (lastValue !== null) {
      await client.query('SELECT setval($1::regclass, $2::bigint)', [`public.${quoted(name)}`, lastValue]);
    }
  }
  await bringUpToDate(client, migrations);
  for (const statement of afterwards) await client.query(statement);
  // Without statistics the first queries would go through whole tables.
  await client.query(`ANALYZE ${(await readTables(client)).map(({ name }) => `public.${quoted(name)}`).join(', ')}`);
}

async function load(
  client: Client,
  { openFile }: SnapshotSource,
  table: SnapshotTable,
  onProgress: (progress: RestoreProgress) => void,
): Promise<void> {
  const startedAt = performance.now();
  let copiedBytes = 0;
  await loadTable(
    client,
    table,
    () => openFile(table.name),
    (count) => {
      copiedBytes += count;
      onProgress({ kind: 'copying', table: table.name, copiedBytes });
    },
  );
  const ms = performance.now() - startedAt;
  onProgress({ kind: 'copied', table: table.name, rows: table.rows, copiedBytes, ms });
}

async function assertRows(client: Client, { name, rows }: SnapshotTable): Promise<void> {
  const counted = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM public.${quoted(name)}`);
  const found = Number(counted.rows[0]?.rows);
  if (found !== rows) throw new CorruptCopy(`Table ${name} has ${found} rows and should have ${rows}.`);
}

/** Said before anything is loaded: a description that does not fit would fail in the middle, and less clearly. */
function assertSameShape({ id, tables }: Snapshot, found: readonly CatalogueTable[]): void {
  const shape = (list: readonly CatalogueTable[]) =>
    new Map(list.map(({ name, columns }) => [name, columns.toSorted().join(', ')]));
  const [there, wanted] = [shape(found), shape(tables)];
  for (const name of new Set([...there.keys(), ...wanted.keys()])) {
    if (there.get(name) === wanted.get(name)) continue;
    throw new SchemaMismatch(
      `Snapshot ${id} does not fit its own migrations: table ${name} has the columns ` +
        `${wanted.get(name) ?? '(no such table)'} in the snapshot and ${there.get(name) ?? '(no such table)'} by the migrations.`,
    );
  }
}
