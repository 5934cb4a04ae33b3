import { startEntraServer } from '@valerix/platform/database-roles/database-roles.fixture';
import { openDatabase } from '@valerix/platform/postgres';
import { expect, onTestFinished, test } from 'vitest';
import { quietLogger } from '../testing/orders-database.ts';
import { recordingOutbox, sampleOrder } from '../testing/sample-orders.ts';
import { prepareOrdersDatabase } from './orders-schema.ts';
import { makeCreateOrder, orderIntent } from './store/create-orders.ts';
import { makeReadOrder } from './store/read-orders.ts';

test('an identity that works for the owner of the database brings in the real schema and writes orders', async () => {
  const server = await startEntraServer();
  onTestFinished(() => server.stop());
  const { suffix } = server;
  const [identity, owner] = [`id-order-${suffix}`, `orders_owner_${suffix}`];
  await server.run([{ database: `orders_${suffix}`, owner, members: [identity] }]);
  const url = await server.loginOf(identity, `orders_${suffix}`);
  const database = openDatabase({ url, maxConnections: 2, logger: quietLogger, prepare: prepareOrdersDatabase });
  onTestFinished(() => database.close());

  const order = sampleOrder();
  await makeCreateOrder(database, recordingOutbox())(orderIntent(order, null));
  expect(await makeReadOrder(database)(order.orderId)).toMatchObject({ orderId: order.orderId });
  const owners = await database.query("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'");
  expect(owners).toEqual([{ tableowner: owner }]);
});
