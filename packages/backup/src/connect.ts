import { type DatabaseAuthentication, databaseLogin } from '@valerix/platform/azure/database-login';
import { SECOND } from '@valerix/platform/durations';
import pg from 'pg';

/** A connection beside the service's pool, for work that takes minutes in one session. The caller ends it. */
export async function connect(url: string, authentication: DatabaseAuthentication = 'password'): Promise<pg.Client> {
  const login = databaseLogin(url, authentication);
  const client = new pg.Client({ ...login, connectionTimeoutMillis: 10 * SECOND, keepAlive: true });
  await client.connect();
  return client;
}
