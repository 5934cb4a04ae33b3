import type { ClientBase } from 'pg';
import { quoted } from './snapshot-catalogue.ts';

/** Indexes, keys and triggers that were taken off, to be put back once the rows are there. */
export interface DeferredRules {
  /** Checks all rows against each; throws at the first that they break. */
  putBack(onRule: (name: string) => void): Promise<void>;
}

interface Constraint {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** Foreign keys last, as they need the keys they refer to. */
const constraintsSql = `
  SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'x', 'f') AND conparentid = 0
  ORDER BY contype = 'f', conrelid::regclass::text, contype, conname`;
const indexesSql = `
  SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
  FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
  ORDER BY 1`;

/**
 * Takes off what would be checked and kept up to date row by row: rows may then come in any order, an index is built in
 * one go, and no trigger takes a row that is part of history for a new event. An owner may do so; switching foreign keys
 * off in any other way is for superusers, which a service's role is not. CHECK constraints stay and are checked at once.
 */
export async function deferRules(client: ClientBase, tables: readonly string[]): Promise<DeferredRules> {
  const constraints = (await client.query<Constraint>(constraintsSql)).rows;
  const indexes = (await client.query<{ name: string; definition: string }>(indexesSql)).rows;
  for (const { table, name } of constraints.toReversed()) {
    await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${quoted(name)}`);
  }
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  const triggers = async (verb: 'DISABLE' | 'ENABLE') => {
    for (const table of tables) await client.query(`ALTER TABLE public.${quoted(table)} ${verb} TRIGGER USER`);
  };
  await triggers('DISABLE');

  return {
    async putBack(onRule) {
      const add = async ({ table, name, definition }: Constraint) => {
        await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${quoted(name)} ${definition}`);
        onRule(name);
      };
      const isForeign = ({ definition }: Constraint) => definition.startsWith('FOREIGN KEY');
      for (const constraint of constraints.filter((each) => !isForeign(each))) await add(constraint);
      for (const { name, definition } of indexes) {
        await client.query(definition);
        onRule(name);
      }
      for (const constraint of constraints.filter(isForeign)) await add(constraint);
      await triggers('ENABLE');
    },
  };
}
