import type { ClientBase } from 'pg';
import type { Logger } from '../logger.ts';
import type { WantedDatabase } from './settings.ts';

/** Any number that others do not lock on: two runs at once would trip over each other's changes of one catalogue row. */
const LOCK = 7_261_833_410;
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Creates what is missing of a database, of the role that owns it, and of the managed identities that use it as that role.
 * Afterwards only they and the server's administrators may connect to it. `admin` is connected to the database `postgres`
 * of the server, where Azure keeps the functions for Entra principals. Repeating it changes nothing.
 */
export async function ensureDatabaseRoles(
  admin: ClientBase,
  { database, owner, members: identities }: Omit<WantedDatabase, 'server'>,
  logger: Logger,
): Promise<void> {
  const { does, define, mayDefine } = makeStatements(admin);
  await admin.query('SELECT pg_advisory_lock($1)', [LOCK]);
  const isRole = (role: string) => does('SELECT 1 FROM pg_roles WHERE rolname = $1', role);

  const members = identities.map((identity) => (typeof identity === 'string' ? identity : identity.name));
  for (const identity of identities) {
    const [member, objectId] = typeof identity === 'string' ? [identity] : [identity.name, identity.objectId];
    if (await isRole(member)) continue;
    // Neither an admin nor with MFA. https://learn.microsoft.com/azure/postgresql/security/security-manage-entra-users
    if (objectId === undefined) await admin.query('SELECT pgaadauth_create_principal($1, false, false)', [member]);
    else {
      const create = "SELECT pgaadauth_create_principal_with_oid($1, $2, 'service', false, false)";
      await admin.query(create, [member, objectId]);
    }
    logger.info('identity_created', { role: member });
  }
  if (!(await isRole(owner))) {
    await define('CREATE ROLE %I NOLOGIN', owner);
    logger.info('owner_created', { role: owner });
  }

  const isMember = (member: string) =>
    does(
      `SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
       WHERE r.rolname = $1 AND u.rolname = $2 AND m.set_option`,
      owner,
      member,
    );
  const { rows } = await admin.query<{ me: string; super: boolean }>(
    'SELECT current_user AS me, rolsuper AS super FROM pg_roles WHERE rolname = current_user',
  );
  const [us] = rows;
  // Whoever is no superuser may give a database only to a role that it could become itself.
  const joining = us === undefined || us.super ? members : [us.me, ...members];
  for (const member of joining) {
    if (await isMember(member)) continue;
    await define('GRANT %I TO %I', owner, member);
    logger.info('membership_granted', { owner, member });
  }

  if (!(await does('SELECT 1 FROM pg_database WHERE datname = $1', database))) {
    await define('CREATE DATABASE %I OWNER %I TEMPLATE template0', database, owner);
    logger.info('database_created', { database, owner });
  }
  const isOwned = await does(
    'SELECT 1 FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = $1 AND r.rolname = $2',
    database,
    owner,
  );
  if (!isOwned) {
    await define('ALTER DATABASE %I OWNER TO %I', database, owner);
    logger.info('database_given', { database, owner });
  }

  for (const member of members) {
    const acts = await does(
      `SELECT 1 FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase JOIN pg_roles r ON r.oid = s.setrole
       WHERE d.datname = $1 AND r.rolname = $2 AND 'role=' || $3 = ANY (s.setconfig)`,
      database,
      member,
      owner,
    );
    if (acts) continue;
    // What one identity makes would otherwise belong to it alone, and the next could neither use nor migrate it.
    if (await mayDefine('ALTER ROLE %I IN DATABASE %I SET role = %L', member, database, owner)) {
      logger.info('default_role_set', { database, member, owner });
    } else {
      const instead = `options=-c%20role%3D${encodeURIComponent(owner)}`;
      logger.warn('default_role_not_allowed', { database, member, owner, putIntoItsUrl: instead });
    }
  }

  if (await isOpen(database)) {
    await define('REVOKE ALL ON DATABASE %I FROM PUBLIC', database);
    logger.info('database_closed', { database });
  }
  await closeMaintenanceDatabase();

  function isOpen(name: string): Promise<boolean> {
    return does(
      `SELECT 1 FROM pg_database d CROSS JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
       WHERE d.datname = $1 AND a.grantee = 0`,
      name,
    );
  }

  /** There is nothing to read in it; where the server does not let its administrators close it, it stays as it is. */
  async function closeMaintenanceDatabase(): Promise<void> {
    const [connected] = (await admin.query<{ name: string }>('SELECT current_database() AS name')).rows;
    if (connected === undefined || !(await isOpen(connected.name))) return;
    const administrators = (await isRole('azure_pg_admin')) ? 'azure_pg_admin' : us?.me;
    if (administrators === undefined) return;
    const kept = await mayDefine('GRANT CONNECT ON DATABASE %I TO %I', connected.name, administrators);
    const closed = kept && (await mayDefine('REVOKE ALL ON DATABASE %I FROM PUBLIC', connected.name));
    if (closed && !(await isOpen(connected.name))) logger.info('database_closed', { database: connected.name });
    else logger.info('maintenance_database_left_open', { database: connected.name });
  }
}

function makeStatements(admin: ClientBase) {
  const does = async (question: string, ...values: string[]) =>
    ((await admin.query(question, values)).rowCount ?? 0) > 0;
  /** DDL takes no parameters, so the server itself quotes the names (%I) and literals (%L) into the statement. */
  const define = async (template: string, ...values: string[]) => {
    const { rows } = await admin.query<{ statement: string }>('SELECT format($1, VARIADIC $2::text[]) AS statement', [
      template,
      values,
    ]);
    for (const { statement } of rows) await admin.query(statement);
  };
  /** False where our rights do not reach. */
  const mayDefine = async (template: string, ...values: string[]) => {
    try {
      await define(template, ...values);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === INSUFFICIENT_PRIVILEGE) return false;
      throw error;
    }
  };
  return { does, define, mayDefine };
}
