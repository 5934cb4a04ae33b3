import { Client } from 'pg';

export interface OwnedDatabase {
  readonly database: string;
  readonly role: string;
  readonly password: string;
}

/**
 * Creates what is missing of a database and the role that owns it, and sets the role's password.
 * Nobody but that role (and the server's admins) may connect to the database. Repeating it changes nothing.
 * Returns the role's connection URL.
 */
export async function ensureOwnedDatabase(adminUrl: string, wanted: OwnedDatabase): Promise<string> {
  await asAdmin(adminUrl, async (admin) => {
    const { database, role, password } = wanted;
    const verb = (await isThere(admin, 'SELECT 1 FROM pg_roles WHERE rolname = $1', role)) ? 'ALTER' : 'CREATE';
    await define(admin, `${verb} ROLE %I LOGIN PASSWORD %L`, role, password);
    if (!(await isThere(admin, 'SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper'))) {
      // An admin who is no superuser (a managed server's) may give a database only to a role it is a member of.
      await define(admin, 'GRANT %I TO CURRENT_USER', role);
    }
    if (!(await isThere(admin, 'SELECT 1 FROM pg_database WHERE datname = $1', database))) {
      await define(admin, 'CREATE DATABASE %I OWNER %I TEMPLATE template0', database, role);
    }
    await define(admin, 'REVOKE ALL ON DATABASE %I FROM PUBLIC', database);
  });
  return ownerUrl(adminUrl, wanted);
}

/** Takes from everyone but admins the right to connect to the databases a new server has. For a server of our own only. */
export async function closeMaintenanceDatabases(adminUrl: string): Promise<void> {
  await asAdmin(adminUrl, async (admin) => {
    for (const database of ['postgres', 'template1']) {
      await define(admin, 'REVOKE ALL ON DATABASE %I FROM PUBLIC', database);
    }
  });
}

/** Drops a database, cutting whoever is still connected, and its role. */
export async function dropOwnedDatabase(
  adminUrl: string,
  { database, role }: Pick<OwnedDatabase, 'database' | 'role'>,
): Promise<void> {
  await asAdmin(adminUrl, async (admin) => {
    await define(admin, 'DROP DATABASE IF EXISTS %I WITH (FORCE)', database);
    await define(admin, 'DROP ROLE IF EXISTS %I', role);
  });
}

/** The server of `adminUrl`, seen as the owner of `database`. */
export function ownerUrl(adminUrl: string, { database, role, password }: OwnedDatabase): string {
  const url = new URL(adminUrl);
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(password);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

async function asAdmin(adminUrl: string, work: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 5_000 });
  // A server that dies in between fails the query that is under way; the event needs a listener all the same.
  admin.on('error', () => {});
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

async function isThere(admin: Client, question: string, ...values: string[]): Promise<boolean> {
  return ((await admin.query(question, values)).rowCount ?? 0) > 0;
}

/** DDL takes no parameters, so the server itself quotes the names (%I) and literals (%L) into the statement. */
async function define(admin: Client, template: string, ...values: string[]): Promise<void> {
  const { rows } = await admin.query<{ statement: string }>('SELECT format($1, VARIADIC $2::text[]) AS statement', [
    template,
    values,
  ]);
  for (const { statement } of rows) await admin.query(statement);
}
