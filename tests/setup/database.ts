import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { dropOwnedDatabase, ensureOwnedDatabase } from '../../local/postgres-databases.ts';

export interface TestDatabase {
  /** Connection URL of the database's owner. */
  readonly url: string;
  /** Drops the database and its owner, cutting whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * A fresh, empty database with an owner of its own: one per test file, made in `beforeAll` and dropped in `afterAll`.
 * `label` shows in its name, for whoever looks at the server while a test hangs.
 */
export async function createTestDatabase(label: string): Promise<TestDatabase> {
  const adminUrl = inject('postgresAdminUrl');
  // PostgreSQL cuts names at 63 characters.
  const readable = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 40);
  const name = `${readable}_${randomBytes(4).toString('hex')}`;
  const wanted = { database: name, role: `${name}_owner`, password: randomBytes(12).toString('hex') };
  const url = await ensureOwnedDatabase(adminUrl, wanted);
  return { url, drop: () => dropOwnedDatabase(adminUrl, wanted) };
}
