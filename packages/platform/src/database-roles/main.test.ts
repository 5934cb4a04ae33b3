import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, inject, onTestFinished, test } from 'vitest';
import { copyBuiltHost } from '../azure/built-alone.fixture.ts';
import { startTlsFront } from '../azure/tls-front.fixture.ts';
import { startEntraServer } from './database-roles.fixture.ts';

test('the built program, alone in a folder, sets a server up with a token; a second run finds nothing to do', async () => {
  const server = await startEntraServer();
  onTestFinished(() => server.stop());
  const { folder, env } = await copyBuiltHost();
  // The program connects to `postgres`, as it will on Azure; what Azure has there is put beside it for this test.
  await server.superuser.query(`GRANT CONNECT ON DATABASE postgres TO "${server.administrator}"`);
  await server.superuser.query(`CREATE SCHEMA "${server.administrator}" AUTHORIZATION "${server.administrator}"`);
  await server.superuser.query(`
    CREATE FUNCTION "${server.administrator}".pgaadauth_create_principal(name text, is_admin boolean, is_mfa boolean)
    RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('CREATE ROLE %I LOGIN', name); RETURN name; END $$`);
  const port = await startTlsFront(Number(new URL(inject('postgresAdminUrl')).port), { asksFirst: true });
  const { suffix } = server;
  const wanted = { database: `orders_${suffix}`, owner: `orders_owner_${suffix}`, members: [`id-order-${suffix}`] };

  const run = async (databases: readonly object[]) => {
    await server.acceptNextToken();
    const child = spawn(process.execPath, ['database-roles.js'], {
      cwd: folder,
      env: {
        ...env,
        DATABASE_ROLES: JSON.stringify(databases),
        DATABASE_ROLES_ADMINISTRATOR: server.administrator,
        DATABASE_ROLES_WAIT_SECONDS: '0',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors, [code]] = await Promise.all([
      child.stdout.toArray(),
      child.stderr.toArray(),
      once(child, 'close'),
    ]);
    const lines = Buffer.concat(output).toString().split('\n').filter(Boolean);
    return { code, events: lines.map((line) => JSON.parse(line).event), errors: Buffer.concat(errors).toString() };
  };
  const first = await run([{ server: `localhost:${port}`, ...wanted }]);
  expect(first).toMatchObject({ code: 0, errors: '' });
  expect(first.events).toEqual(expect.arrayContaining(['identity_created', 'database_created', 'database_ready']));
  const again = await run([{ server: `localhost:${port}`, ...wanted }]);
  expect(again).toMatchObject({ code: 0, errors: '' });
  expect(again.events.filter((event) => event !== 'maintenance_database_left_open')).toEqual(['database_ready']);
  const failed = await run([{ server: 'localhost:1', ...wanted }]);
  expect(failed).toMatchObject({ code: 1, errors: expect.stringContaining('The databases could not be set up') });
  const faulty = await run([]);
  expect(faulty).toMatchObject({ code: 1, errors: expect.stringContaining('DATABASE_ROLES is wrong at its root') });
}, 60_000);
