import { SECOND } from '@valerix/platform/durations';
import pg from 'pg';

/** A connection beside the service's pool, for work that takes minutes in one session. The caller ends it. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10 * SECOND, keepAlive: true });
  await client.connect();
  return client;
}
