import { applyMigrations, type Migration } from '@valerix/platform/migrate';
import type { Client, ClientBase } from 'pg';
import { SchemaMismatch, TargetNotEmpty } from './restore-errors.ts';
import type { Snapshot } from './snapshot.ts';
import { quoted, readTables } from './snapshot-catalogue.ts';

/** Everything in the schema but what belongs to extensions; what a table owns goes with it. */
const objectsSql = `
  SELECT kind, name FROM (
    SELECT 1 AS turn, 'VIEW' AS kind, oid::regclass::text AS name, 'pg_class'::regclass AS catalogue, oid
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
    UNION ALL
    SELECT 2, 'TABLE', oid::regclass::text, 'pg_class'::regclass, oid
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    UNION ALL
    SELECT 3, 'ROUTINE', oid::regprocedure::text, 'pg_proc'::regclass, oid
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 4, 'SEQUENCE', oid::regclass::text, 'pg_class'::regclass, oid
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
    UNION ALL
    SELECT 5, 'TYPE', oid::regtype::text, 'pg_type'::regclass, oid
    FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
  ) AS object
  WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = catalogue AND objid = object.oid AND deptype = 'e')
  ORDER BY turn, name`;

/** Throws when any table but the record of migrations has a row. */
export async function assertEmpty(client: Client): Promise<void> {
  const filled: string[] = [];
  for (const { name } of await readTables(client)) {
    if (name === 'schema_migrations') continue;
    const { rowCount } = await client.query(`SELECT FROM public.${quoted(name)} LIMIT 1`);
    if (rowCount !== 0) filled.push(name);
  }
  if (filled.length === 0) return;
  throw new TargetNotEmpty(`Database ${client.database} is not empty: there are rows in ${filled.join(', ')}.`);
}

/** Drops what is there and makes the tables as they were when the snapshot was taken, empty. */
export async function remakeSchema(
  client: ClientBase,
  { id, schema }: Snapshot,
  migrations: readonly Migration[],
): Promise<void> {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = schema.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new SchemaMismatch(
      `Snapshot ${id} was taken by a newer version: this one does not know ${unknown.join(', ')}. ` +
        'Restore it with the version that took it, or a later one.',
    );
  }
  const { rows } = await client.query<{ kind: string; name: string }>(objectsSql);
  for (const { kind, name } of rows) await client.query(`DROP ${kind} IF EXISTS ${name} CASCADE`);
  const applied = new Set(schema);
  await applyMigrations(
    queryOf(client),
    migrations.filter(({ name }) => applied.has(name)),
  );
}

/** The migrations that the code has and the snapshot had not. */
export const bringUpToDate = (client: ClientBase, migrations: readonly Migration[]): Promise<void> =>
  applyMigrations(queryOf(client), migrations);

const queryOf =
  (client: ClientBase) =>
  async <T>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> =>
    (await client.query(sql, [...parameters])).rows as T[];
