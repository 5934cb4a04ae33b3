import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/setup/database.ts';
import { makeLogger } from './logger.ts';
import { type Database, openDatabase } from './postgres.ts';
import { isUnavailable } from './postgres-errors.ts';

let home: TestDatabase;
let database: Database;
const quiet = makeLogger('test', 'error', () => {});

beforeAll(async () => {
  home = await createTestDatabase('postgres');
  database = openDatabase({ url: home.url, maxConnections: 2, logger: quiet });
});

afterAll(async () => {
  await database.close();
  await home.drop();
});

const pidSql = 'SELECT pg_backend_pid() AS pid';
const terminateSql = 'SELECT pg_terminate_backend($1)';
const isGoneSql = 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE pid = $1';

test('a connection that breaks between two statements of a transaction fails the transaction and not the process', async () => {
  const work = database.transaction(async (run) => {
    const [own] = await run<{ pid: number }>(pidSql);
    await database.query(terminateSql, [own?.pid]);
    for (let left = 1; left > 0; ) left = (await database.query<{ n: number }>(isGoneSql, [own?.pid]))[0]?.n ?? 0;
    // Let the news of the broken connection arrive while no statement is under way.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await run('SELECT 1');
  });
  const error = await work.catch((failure: unknown) => failure);
  expect(isUnavailable(error)).toBe(true);
});

test('after it, the pool serves the next caller on a new connection', async () => {
  const [row] = await database.transaction((run) => run<{ answer: number }>('SELECT 42 AS answer'));
  expect(row).toEqual({ answer: 42 });
});
