import { readdir, readFile } from 'node:fs/promises';
import type { Database } from './postgres.ts';

/** Any number that other users of the database do not lock on. */
const MIGRATION_LOCK = 7_261_833_409;

/**
 * Applies the .sql files of `folders`, in the order of the folders and then of their names, each exactly once.
 * Everything happens in one transaction under an advisory lock: of two instances that start at once one migrates, the
 * other waits and finds nothing to do, and a failed migration leaves no trace.
 */
export async function migrate(
  database: Pick<Database, 'query' | 'transaction'>,
  folders: readonly URL[],
  afterwards: (run: Database['query']) => Promise<void> = async () => {},
): Promise<void> {
  const migrations = await readMigrations(folders);
  await database.transaction(async (run) => {
    await applyMigrations(run, migrations);
    await afterwards(run);
  });
}

export interface Migration {
  /** Folder and file; what `schema_migrations` remembers. */
  readonly name: string;
  readonly sql: string;
}

export async function readMigrations(folders: readonly URL[]): Promise<Migration[]> {
  return (await Promise.all(folders.map(readFolder))).flat();
}

/** Applies those of `migrations` that are missing, in their order, in the transaction of `run`. */
export async function applyMigrations(run: Database['query'], migrations: readonly Migration[]): Promise<void> {
  await run('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  await run(
    'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  const applied = new Set((await run<{ name: string }>('SELECT name FROM schema_migrations')).map(({ name }) => name));
  for (const { name, sql } of migrations) {
    if (applied.has(name)) continue;
    await run(sql);
    await run('INSERT INTO schema_migrations (name) VALUES ($1)', [name]);
  }
}

async function readFolder(folder: URL): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const prefix = folder.pathname.split('/').filter(Boolean).at(-1);
  return Promise.all(
    files.map(async (file) => ({ name: `${prefix}/${file}`, sql: await readFile(new URL(file, folder), 'utf8') })),
  );
}
