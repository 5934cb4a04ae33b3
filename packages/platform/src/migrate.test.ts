import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/setup/database.ts';
import { makeLogger } from './logger.ts';
import { migrate } from './migrate.ts';
import { openDatabase } from './postgres.ts';

const logger = makeLogger('test', 'error', () => {});
let testDatabase: TestDatabase;
let folder: string;

const instance = (...folders: string[]) =>
  openDatabase({
    url: testDatabase.url,
    maxConnections: 2,
    logger,
    prepare: (database) =>
      migrate(
        database,
        folders.map((path) => pathToFileURL(`${path}/`)),
      ),
  });

beforeAll(async () => {
  testDatabase = await createTestDatabase('migrate');
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  await writeFile(join(folder, '001-first.sql'), 'CREATE TABLE first (n int); INSERT INTO first VALUES (1);');
  await writeFile(join(folder, '002-second.sql'), 'ALTER TABLE first ADD COLUMN m int DEFAULT 2;');
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await testDatabase.drop();
});

test('two instances that start at once migrate once, and both can be used', async () => {
  const [one, two] = [instance(folder), instance(folder)];
  const rows = await Promise.all([one.query('SELECT n, m FROM first'), two.query('SELECT n, m FROM first')]);
  expect(rows).toEqual([[{ n: 1, m: 2 }], [{ n: 1, m: 2 }]]);
  await Promise.all([one.close(), two.close()]);
});

test('a migration that fails leaves no trace, and the next try starts clean', async () => {
  const broken = await mkdtemp(join(tmpdir(), 'migrations-'));
  await writeFile(join(broken, '001-half.sql'), 'CREATE TABLE half (n int); SELECT no_such_function();');
  const database = instance(folder, broken);
  await expect(database.ready()).rejects.toThrow(/no_such_function/);
  await writeFile(join(broken, '001-half.sql'), 'CREATE TABLE half (n int);');
  await database.ready();
  expect(await database.query('SELECT count(*) AS n FROM half')).toEqual([{ n: 0 }]);
  await database.close();
  await rm(broken, { recursive: true });
});
