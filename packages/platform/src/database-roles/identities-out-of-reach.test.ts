import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { startEntraServer } from './database-roles.fixture.ts';

async function run(url: string, statement: string) {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

test('where the administrator may not alter an identity, the URL of the identity can say whose work it does', async () => {
  const strict = await startEntraServer({ definer: true });
  onTestFinished(() => strict.stop());
  const database = `shop_${strict.suffix}`;
  const [owner, one, other] = [`owner_${strict.suffix}`, `id-one-${strict.suffix}`, `id-other-${strict.suffix}`];
  const done = await strict.run([{ database, owner, members: [one, other] }]);
  expect(done.filter((event) => event === 'default_role_not_allowed')).toHaveLength(2);
  const asOwner = `?options=-c%20role%3D${owner}`;
  await run((await strict.loginOf(one, database)) + asOwner, 'CREATE TABLE made (id int)');
  await run((await strict.loginOf(other, database)) + asOwner, 'ALTER TABLE made ADD COLUMN note text');
});
