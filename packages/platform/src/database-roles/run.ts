import pg from 'pg';
import { databaseLogin } from '../azure/database-login.ts';
import { SECOND } from '../durations.ts';
import { describeError, type Logger } from '../logger.ts';
import { isUnavailable } from '../postgres-errors.ts';
import { ensureDatabaseRoles } from './ensure-database-roles.ts';
import type { readSettings, WantedDatabase } from './settings.ts';

/** What a test puts in the place of the real thing. */
interface Surroundings {
  readonly logger: Logger;
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
  /** Where the functions for Entra principals are. */
  readonly maintenanceDatabase?: string;
}

const PAUSE_MS = 5 * SECOND;
const CONNECT_WITHIN_MS = 15 * SECOND;
const STATEMENT_WITHIN_MS = 60 * SECOND;

/**
 * Sets up every database in turn; rejects with the first error that waiting does not mend. A server that was made a minute
 * ago may have no address yet, or not know its administrator: it is tried again for a bounded time.
 */
export async function setUpDatabases(
  settings: ReturnType<typeof readSettings>,
  surroundings: Surroundings,
): Promise<void> {
  const { logger, now, wait, maintenanceDatabase = 'postgres' } = surroundings;
  const { DATABASE_ROLES, DATABASE_ROLES_ADMINISTRATOR, DATABASE_ROLES_WAIT_SECONDS } = settings;

  const setUp = async ({ server, ...wanted }: WantedDatabase) => {
    const url = new URL(`postgresql://${server}/${encodeURIComponent(maintenanceDatabase)}`);
    url.username = encodeURIComponent(DATABASE_ROLES_ADMINISTRATOR);
    const admin = new pg.Client({
      ...databaseLogin(url.href, 'entra'),
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      statement_timeout: STATEMENT_WITHIN_MS,
      query_timeout: STATEMENT_WITHIN_MS + SECOND,
    });
    // A server that dies in between fails the query that is under way; the event needs a listener all the same.
    admin.on('error', () => {});
    try {
      await admin.connect();
      await ensureDatabaseRoles(admin, wanted, logger);
    } finally {
      await admin.end();
    }
  };

  const deadline = now() + DATABASE_ROLES_WAIT_SECONDS * SECOND;
  for (const wanted of DATABASE_ROLES) {
    const { server, database } = wanted;
    while (true) {
      try {
        await setUp(wanted);
        break;
      } catch (error) {
        if (!isUnavailable(error) || now() + PAUSE_MS > deadline) throw error;
        logger.warn('server_not_ready', { server, error: describeError(error) });
        await wait(PAUSE_MS);
      }
    }
    logger.info('database_ready', { server, database });
  }
}
