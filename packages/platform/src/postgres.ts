import pg from 'pg';
import { type DatabaseAuthentication, databaseLogin } from './azure/database-login.ts';
import { SECOND } from './durations.ts';
import type { Logger } from './logger.ts';
import { isUnavailable } from './postgres-errors.ts';

export type Row = Readonly<Record<string, unknown>>;

/** One database of one service: statements, transactions and whether it can be used now. */
export interface Database {
  /** Runs one statement, which is its own transaction. */
  query<T = Row>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
  /** Runs `work` in one transaction; rolls back when it throws. */
  transaction<T>(work: (run: Database['query']) => Promise<T>): Promise<T>;
  /** Resolves once the schema is in place; rejects while the server cannot be reached. Cheap after the first success. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Default: by the password in the URL. */
  readonly authentication?: DatabaseAuthentication;
  readonly maxConnections: number;
  readonly logger: Logger;
  /** Brings the schema up to date; called before the first statement and again until it succeeds. */
  readonly prepare?: (database: Pick<Database, 'query' | 'transaction'>) => Promise<void>;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
}

const INT8 = 20;
const types = {
  // Counts and versions fit a double; the alternative, strings, leaks into every comparison.
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format ?? 'text')) as typeof pg.types.getTypeParser,
};

/** A pool on one database. Statements wait for the schema to be in place, so no caller meets half a database. */
export function openDatabase(options: DatabaseOptions): Database {
  const statementTimeout = options.statementTimeoutMs ?? 3 * SECOND;
  const pool = new pg.Pool({
    ...databaseLogin(options.url, options.authentication ?? 'password'),
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 1.5 * SECOND,
    idleTimeoutMillis: 30 * SECOND,
    statement_timeout: statementTimeout,
    // A server that accepted the statement and went silent: give up a moment after it should have.
    query_timeout: statementTimeout + SECOND / 2,
    keepAlive: true,
    types,
  });
  // An idle connection that breaks is replaced on the next use; without a listener it would end the process.
  pool.on('error', (error) => options.logger.warn('database_connection_lost', { error }));

  const raw = {
    async query<T = Row>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
      const result = await pool.query(sql, [...parameters]);
      return result.rows as T[];
    },
    async transaction<T>(work: (run: Database['query']) => Promise<T>): Promise<T> {
      const client = await pool.connect();
      let broken: Error | undefined;
      // Between two statements nobody else hears that the connection broke, and unheard it would end the process.
      const breaks = (error: Error) => {
        broken = error;
      };
      client.on('error', breaks);
      try {
        await client.query('BEGIN');
        const result = await work(async <R = Row>(sql: string, parameters: readonly unknown[] = []) => {
          const { rows } = await client.query(sql, [...parameters]);
          return rows as R[];
        });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // A connection whose rollback fails too is thrown away rather than handed to the next caller.
        await client.query('ROLLBACK').catch((failure: Error) => {
          broken = failure;
        });
        throw error;
      } finally {
        client.release(broken);
        client.removeListener('error', breaks);
      }
    },
  };

  let prepared: Promise<void> | undefined;
  const ready = (): Promise<void> => {
    prepared ??= (options.prepare ? options.prepare(raw) : Promise.resolve()).catch((error: unknown) => {
      prepared = undefined;
      if (!isUnavailable(error)) options.logger.error('database_not_prepared', { error });
      throw error;
    });
    return prepared;
  };

  return {
    ready,
    async query<T = Row>(sql: string, parameters?: readonly unknown[]) {
      await ready();
      return raw.query<T>(sql, parameters);
    },
    async transaction<T>(work: (run: Database['query']) => Promise<T>) {
      await ready();
      return raw.transaction(work);
    },
    close: () => pool.end(),
  };
}
