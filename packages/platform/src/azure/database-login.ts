import type { PoolConfig } from 'pg';
import { text } from '../config.ts';
import { processIdentity } from './credential.ts';

/** How a process proves to PostgreSQL who it is: by the password in its URL, or by a token of its identity. */
export const databaseAuthentications = ['password', 'entra'] as const;
export type DatabaseAuthentication = (typeof databaseAuthentications)[number];

/** No token of the identity could be had. Like a server that is away, this passes. */
export class DatabaseTokenError extends Error {
  override name = 'DatabaseTokenError';
}

/** https://learn.microsoft.com/azure/postgresql/flexible-server/security-entra-configure */
const SCOPE = 'https://ossrdbms-aad.database.windows.net/.default';

/**
 * The connection URL of a database, as a setting. With `DATABASE_AUTHENTICATION=entra` it names the identity's role and no
 * password, and asks for a server that proves who it is: whoever hears a token can use it. Beside that it may carry
 * `options`, such as `-c role=OWNER`.
 */
export const databaseUrl = (env: Readonly<Record<string, string | undefined>>) =>
  text().refine(
    (url) => env.DATABASE_AUTHENTICATION?.trim() !== 'entra' || isForToken(url),
    'must look like postgresql://IDENTITY-NAME@HOST:5432/DATABASE?sslmode=verify-full with DATABASE_AUTHENTICATION=entra',
  );

function isForToken(given: string): boolean {
  if (!URL.canParse(given)) return false;
  const { protocol, username, password, hostname, pathname, searchParams } = new URL(given);
  const isVerified = searchParams.get('sslmode') === 'verify-full';
  const isUnderstood = [...searchParams.keys()].every((name) => name === 'sslmode' || name === 'options');
  const isWhole = /^postgres(ql)?:$/.test(protocol) && hostname !== '' && pathname.length > 1;
  return isVerified && isUnderstood && isWhole && username !== '' && password === '';
}

/** Where and as whom the pool connects. The driver asks for the token anew at each connection. */
export function databaseLogin(url: string, authentication: DatabaseAuthentication): PoolConfig {
  if (authentication === 'password') return { connectionString: url };
  const { hostname, port, username, pathname, searchParams } = new URL(url);
  const options = searchParams.get('options');
  return {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    ...(options !== null && { options }),
    // Node checks the certificate and its name, as libpq does for verify-full.
    ssl: { rejectUnauthorized: true },
    password: databaseToken,
  };
}

/** The password of now; the identity renews it before it expires. */
async function databaseToken(): Promise<string> {
  try {
    const token = await processIdentity.getToken(SCOPE);
    if (token === null) throw new Error('The identity has no token for PostgreSQL.');
    return token.token;
  } catch (cause) {
    throw new DatabaseTokenError('No token for PostgreSQL could be had.', { cause });
  }
}
