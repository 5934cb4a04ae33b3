import pg from 'pg';
import type { Endpoints } from '../../local/endpoints.ts';

export type Sql = <T = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]) => Promise<T[]>;

/** Both databases, read past the services: what the books say. */
export interface Books {
  readonly orders: Sql;
  readonly inventory: Sql;
  close(): Promise<void>;
}

export function openBooks(endpoints: Endpoints): Books {
  const open = (connectionString: string) => {
    const pool = new pg.Pool({ connectionString, max: 2 });
    // Drills kill the server on purpose; the next query opens a new connection.
    pool.on('error', () => undefined);
    return pool;
  };
  const pools = { orders: open(endpoints.databases.orders), inventory: open(endpoints.databases.inventory) };
  const sql =
    (pool: pg.Pool): Sql =>
    async <T>(text: string, parameters: readonly unknown[] = []) =>
      (await pool.query(text, [...parameters])).rows as T[];
  return {
    orders: sql(pools.orders),
    inventory: sql(pools.inventory),
    async close() {
      await Promise.all([pools.orders.end(), pools.inventory.end()]);
    },
  };
}
