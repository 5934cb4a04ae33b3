import { randomUUID } from 'node:crypto';
import { startEntraServer } from '@valerix/platform/database-roles/database-roles.fixture';
import { makeLogger } from '@valerix/platform/logger';
import { makeMetrics } from '@valerix/platform/metrics';
import { makeOutbox } from '@valerix/platform/outbox';
import { expect, onTestFinished, test } from 'vitest';
import { openInventoryDatabase } from './inventory-database.ts';
import { makeProducts } from './products.ts';
import { makeReservations } from './reservations.ts';

test('two identities share the real schema: whichever comes first migrates it, and either reserves', async () => {
  const server = await startEntraServer();
  onTestFinished(() => server.stop());
  const { suffix } = server;
  const wanted = {
    database: `inventory_${suffix}`,
    owner: `inventory_owner_${suffix}`,
    members: [`id-inventory-${suffix}`, `id-grpc-${suffix}`],
  };
  await server.run([wanted]);
  const logger = makeLogger('test', 'error', () => {});
  const openAs = async (identity: string | undefined) => {
    const url = await server.loginOf(identity ?? '', wanted.database);
    const database = openInventoryDatabase({ url, maxConnections: 2, logger, seed: true });
    onTestFinished(() => database.close());
    const nothing = async () => {};
    const messaging = { send: nothing, schedule: nothing, probe: nothing, close: nothing };
    const outbox = makeOutbox({ database, messaging, logger });
    const reservations = makeReservations({ database, outbox, metrics: makeMetrics('test') });
    return { database, products: makeProducts({ database, outbox }), reservations };
  };
  const [asInventory, asGrpc] = [await openAs(wanted.members[0]), await openAs(wanted.members[1])];
  await Promise.all([asInventory.database.ready(), asGrpc.database.ready()]);

  const owners = await asGrpc.database.query<{ owner: string }>(
    `SELECT DISTINCT pg_get_userbyid(c.relowner) AS owner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public'
     UNION SELECT DISTINCT pg_get_userbyid(p.proowner) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = 'public'`,
  );
  expect(owners).toEqual([{ owner: wanted.owner }]);

  for (const { reservations, database } of [asInventory, asGrpc]) {
    const [product] = await database.query<{ product_id: string }>('SELECT product_id FROM products LIMIT 1');
    const lines = [{ productId: product?.product_id ?? '', quantity: 1 }];
    const outcome = await reservations.reserve({ orderId: randomUUID(), lines, traceparent: null });
    expect(outcome).toMatchObject({ kind: 'reserved' });
  }
});
