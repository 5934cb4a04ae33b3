import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigError } from '../config.ts';
import { startEntraServer } from './database-roles.fixture.ts';
import { readSettings } from './settings.ts';

let server: Awaited<ReturnType<typeof startEntraServer>>;
beforeAll(async () => {
  server = await startEntraServer();
});
afterAll(() => server.stop());

/** Names that would break out of a statement which is glued together. */
const names = () => {
  const { suffix } = server;
  return {
    orders: { database: `orders-${suffix}`, owner: `orders"owner-${suffix}`, members: [`id-order-${suffix}`] },
    inventory: {
      database: `inventory ${suffix}`,
      owner: `inventory_owner_${suffix}`,
      members: [
        `id-inventory-${suffix}`,
        { name: `id-'grpc'-${suffix}`, objectId: '11111111-2222-4333-8444-555555555555' },
      ],
    },
  };
};

/** Everything that a run could change; other tests have databases and roles on the same server. */
const catalogue = async () => {
  const questions = [
    `SELECT oid, * FROM pg_roles WHERE rolname LIKE $1 ORDER BY oid`,
    `SELECT m.* FROM pg_auth_members m JOIN pg_roles r ON r.oid IN (m.roleid, m.member) WHERE rolname LIKE $1
     ORDER BY m.oid, r.oid`,
    `SELECT oid, datname, datdba, datacl FROM pg_database WHERE datname LIKE $1 ORDER BY oid`,
    `SELECT s.* FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = setrole
     LEFT JOIN pg_database d ON d.oid = setdatabase WHERE rolname LIKE $1 OR datname LIKE $1 ORDER BY setdatabase, setrole`,
  ];
  const answers = [];
  for (const question of questions) answers.push((await server.superuser.query(question, [`%${server.suffix}`])).rows);
  return answers;
};

async function ask(url: string, question: string) {
  const client = new pg.Client(url);
  try {
    await client.connect();
    return (await client.query(question)).rows;
  } finally {
    await client.end();
  }
}

test('an empty server is set up, and a second run changes nothing', async () => {
  const { orders, inventory } = names();
  const done = await server.run([orders, inventory]);
  expect(done).not.toContain('default_role_not_allowed');
  for (const event of [
    'identity_created',
    'owner_created',
    'membership_granted',
    'database_created',
    'database_closed',
  ]) {
    expect(done).toContain(event);
  }
  const before = await catalogue();
  expect(before.map((rows) => rows.length > 0)).toEqual([true, true, true, true]);
  expect(await server.run([orders, inventory])).toEqual(['database_ready', 'database_ready']);
  expect(await catalogue()).toEqual(before);
});

test('each identity logs in to its own database, and to no other', async () => {
  const { orders, inventory } = names();
  const all = [orders, inventory].map(({ database }) => database);
  for (const { database, members } of [orders, inventory]) {
    for (const identity of members) {
      const member = typeof identity === 'string' ? identity : identity.name;
      for (const other of [...all, `maintenance_${server.suffix}`]) {
        const asked = ask(await server.loginOf(member, other), 'SELECT current_database() AS name');
        if (other === database) expect(await asked).toEqual([{ name: database }]);
        else await expect(asked).rejects.toThrow('permission denied for database');
      }
    }
  }
});

test('nobody logs in as an owner, and no identity may make roles or databases', async () => {
  const { inventory } = names();
  const { rows } = await server.superuser.query(
    'SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND (rolcanlogin OR rolsuper)',
    [[inventory.owner, names().orders.owner]],
  );
  expect(rows).toEqual([]);
  const url = await server.loginOf(`id-inventory-${server.suffix}`, inventory.database);
  await expect(ask(url, 'CREATE ROLE another')).rejects.toThrow('permission denied');
  await expect(ask(url, 'CREATE DATABASE another')).rejects.toThrow('permission denied');
});

test('what one identity makes, the other may use and change; it belongs to the owner', async () => {
  const { inventory } = names();
  const one = await server.loginOf(`id-inventory-${server.suffix}`, inventory.database);
  const other = await server.loginOf(`id-'grpc'-${server.suffix}`, inventory.database);
  await ask(one, 'CREATE TABLE made (id int)');
  await ask(other, 'ALTER TABLE made ADD COLUMN note text');
  expect(await ask(other, "SELECT tableowner FROM pg_tables WHERE tablename = 'made'")).toEqual([
    { tableowner: inventory.owner },
  ]);
});

test('a database that is there already is given to its owner', async () => {
  const { suffix, administrator } = server;
  await server.superuser.query(`CREATE DATABASE "old-${suffix}" OWNER "${administrator}"`);
  const old = { database: `old-${suffix}`, owner: `old_owner_${suffix}`, members: [`id-old-${suffix}`] };
  expect(await server.run([old])).toContain('database_given');
  const { rows } = await server.superuser.query(
    `SELECT r.rolname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = $1`,
    [old.database],
  );
  expect(rows).toEqual([{ rolname: old.owner }]);
});

test('a server that cannot be reached is tried again for as long as allowed, and then it is an error', async () => {
  const { orders } = names();
  const logged: string[] = [];
  await expect(server.run([orders], { port: 1, waitSeconds: 20, logged })).rejects.toThrow();
  expect(logged).toEqual(['server_not_ready', 'server_not_ready', 'server_not_ready', 'server_not_ready']);
});

test.each([
  ['not JSON', 'is wrong at its root'],
  ['[]', 'is wrong at its root'],
  ['[{"server":"a b","database":"d","owner":"o","members":["m"]}]', 'is wrong at 0.server'],
  ['[{"server":"a","database":"d","owner":"o","members":[]}]', 'is wrong at 0.members'],
  ['', 'is required'],
])('the list of databases cannot be %s', (DATABASE_ROLES, complaint) => {
  const read = () => readSettings({ DATABASE_ROLES, DATABASE_ROLES_ADMINISTRATOR: 'id-database-roles' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(`DATABASE_ROLES ${complaint}`);
});
