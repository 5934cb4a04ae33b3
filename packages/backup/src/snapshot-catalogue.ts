import type { ClientBase } from 'pg';

/** What a database holds, read from its catalogue: a table that a migration adds tomorrow is in the next snapshot. */
export interface Catalogue {
  readonly tables: readonly CatalogueTable[];
  readonly sequences: readonly { readonly name: string; readonly lastValue: string | null }[];
  readonly migrations: readonly string[];
}

export interface CatalogueTable {
  readonly name: string;
  /** All that can be written: generated columns follow from the others. */
  readonly columns: readonly string[];
}

/** Tables of extensions belong to what installs them. */
const tablesSql = `
  SELECT relname AS name, array_agg(attname::text ORDER BY attnum) AS columns
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
  GROUP BY relname ORDER BY relname`;
const sequencesSql = `
  SELECT sequencename AS name, last_value::text AS "lastValue" FROM pg_sequences
  WHERE schemaname = 'public' ORDER BY sequencename`;
const migrationsSql = 'SELECT name FROM public.schema_migrations ORDER BY applied_at, name';

export async function readTables(client: ClientBase): Promise<CatalogueTable[]> {
  return (await client.query<CatalogueTable>(tablesSql)).rows;
}

/** Reads the catalogue of a database that was migrated; throws when it never was. */
export async function readCatalogue(client: ClientBase): Promise<Catalogue> {
  const tables = await readTables(client);
  if (!tables.some(({ name }) => name === 'schema_migrations')) {
    throw new Error('The database has no schema yet, so there is nothing to back up.');
  }
  const sequences = await client.query<Catalogue['sequences'][number]>(sequencesSql);
  const migrations = await client.query<{ name: string }>(migrationsSql);
  return { tables, sequences: sequences.rows, migrations: migrations.rows.map(({ name }) => name) };
}

/** A name as SQL takes it. Statements about whole tables accept no parameters. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `public.table (column, …)`, for COPY. */
export const columnsOf = ({ name, columns }: CatalogueTable): string =>
  `public.${quoted(name)} (${columns.map(quoted).join(', ')})`;
