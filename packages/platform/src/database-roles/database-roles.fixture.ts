import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { startTlsFront } from '../azure/tls-front.fixture.ts';
import { startTokenIssuer } from '../azure/token-issuer.fixture.ts';
import { makeLogger } from '../logger.ts';
import { setUpDatabases } from './run.ts';
import { readSettings } from './settings.ts';

const RESOURCE = 'https://ossrdbms-aad.database.windows.net';

/**
 * A real PostgreSQL as Azure gives it: an administrator who logs in with tokens and is no superuser, and stand-ins for the
 * two functions that exist on Azure only. `definer`: whether they leave the administrator without power over the roles they
 * make, which only Azure can tell. Every name ends in `suffix`.
 */
export async function startEntraServer({ definer = false } = {}) {
  const suffix = randomUUID().slice(0, 8);
  const administrator = `id-database-roles-${suffix}`;
  const maintenance = `maintenance_${suffix}`;
  const superuserUrl = inject('postgresAdminUrl');
  const superuser = new pg.Client(superuserUrl);
  await superuser.connect();
  const issuer = await startTokenIssuer();
  await superuser.query(`CREATE ROLE "${administrator}" LOGIN CREATEROLE CREATEDB`);
  await superuser.query(`ALTER ROLE "${administrator}" PASSWORD '${issuer.prepare(RESOURCE)}'`);
  await superuser.query(`CREATE DATABASE ${maintenance} OWNER "${administrator}"`);
  const inside = new URL(superuserUrl);
  inside.pathname = `/${maintenance}`;
  const insider = new pg.Client(inside.href);
  await insider.connect();
  await insider.query(`
    CREATE FUNCTION pgaadauth_create_principal(name text, is_admin boolean, is_mfa boolean) RETURNS text
    LANGUAGE plpgsql ${definer ? 'SECURITY DEFINER' : ''} AS $$
    BEGIN
      EXECUTE format('CREATE ROLE %I LOGIN', name);
      RETURN 'Created role for ' || name;
    END $$;
    CREATE FUNCTION pgaadauth_create_principal_with_oid(
      name text, object_id text, type text, is_admin boolean, is_mfa boolean
    ) RETURNS text LANGUAGE sql AS $$ SELECT pgaadauth_create_principal(name, is_admin, is_mfa) $$`);
  await insider.end();

  const acceptNextToken = () => superuser.query(`ALTER ROLE "${administrator}" PASSWORD '${issuer.prepare(RESOURCE)}'`);
  return {
    suffix,
    /** From now on the administrator logs in with the token that is issued next: for a process of its own. */
    acceptNextToken,
    administrator,
    superuser,
    /** Runs the whole program but its `process`; answers what it logged. */
    async run(
      databases: readonly object[],
      { waitSeconds = 0, port = Number(new URL(superuserUrl).port), logged = [] as string[] } = {},
    ) {
      const server = `localhost:${await startTlsFront(port, { asksFirst: true })}`;
      const settings = readSettings({
        DATABASE_ROLES: JSON.stringify(databases.map((database) => ({ server, ...database }))),
        DATABASE_ROLES_ADMINISTRATOR: administrator,
        DATABASE_ROLES_WAIT_SECONDS: String(waitSeconds),
      });
      let clock = 0;
      await setUpDatabases(settings, {
        logger: makeLogger('database-roles', 'info', (line) => logged.push(JSON.parse(line).event)),
        now: () => clock,
        wait: async (milliseconds) => {
          clock += milliseconds;
        },
        maintenanceDatabase: maintenance,
      });
      return logged;
    },
    /** The URL by which an identity would log in, with a password in the place of its token. */
    async loginOf(identity: string, database: string) {
      await superuser.query(`ALTER ROLE ${pg.escapeIdentifier(identity)} PASSWORD 'stands for a token'`);
      const url = new URL(superuserUrl);
      url.username = encodeURIComponent(identity);
      url.password = encodeURIComponent('stands for a token');
      url.pathname = `/${encodeURIComponent(database)}`;
      return url.href;
    },
    async stop() {
      await issuer.stop();
      const named = `LIKE '%${suffix}%'`;
      const databases = await superuser.query(`SELECT datname AS name FROM pg_database WHERE datname ${named}`);
      for (const { name } of databases.rows) await superuser.query(`DROP DATABASE "${name}" WITH (FORCE)`);
      const roles = await superuser.query(`SELECT rolname AS name FROM pg_roles WHERE rolname ${named}`);
      const quoted = roles.rows.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
      await superuser.query(`DROP OWNED BY ${quoted} CASCADE`);
      await superuser.query(`DROP ROLE ${quoted}`);
      await superuser.end();
    },
  };
}
