import { makeMessaging } from '@valerix/platform/messaging';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../local/servicebus-emulator/src/index.ts';
import { type DatabaseProxy, startDatabaseProxy } from '../testing/database-proxy.ts';
import { type InventoryServer, startInventoryServer } from '../testing/inventory-server.ts';
import { type OrderApp, startOrderApp } from '../testing/order-app.ts';
import { type OrdersDatabase, openOrdersDatabase } from '../testing/orders-database.ts';

const topology = new URL('../../packages/contracts/servicebus.topology.json', import.meta.url).pathname;

let orders: OrdersDatabase;
let warehouse: InventoryServer;
let bus: Emulator;
/** A way to each dependency that can fall silent: connections are accepted and kept, and nothing comes back. */
let ways: Record<'database' | 'serviceBus' | 'inventoryGrpc', DatabaseProxy>;
let app: OrderApp;

beforeAll(async () => {
  orders = await openOrdersDatabase('health_frozen');
  warehouse = await startInventoryServer();
  bus = await startEmulator({ config: topology });
});
afterAll(async () => {
  warehouse.stop();
  await bus.close();
  await orders.drop();
});

beforeEach(async () => {
  ways = {
    database: await startDatabaseProxy(orders.url),
    serviceBus: await startDatabaseProxy(`amqp://127.0.0.1:${bus.port}`),
    inventoryGrpc: await startDatabaseProxy(warehouse.url),
  };
  const busPort = new URL(ways.serviceBus.url).port;
  const connectionString = `Endpoint=sb://127.0.0.1:${busPort};SharedAccessKeyName=k;SharedAccessKey=s;UseDevelopmentEmulator=true;`;
  app = startOrderApp(
    { ORDERS_DATABASE_URL: ways.database.url, INVENTORY_GRPC_URL: ways.inventoryGrpc.url },
    { messaging: makeMessaging({ connectionString }) },
  );
});
afterEach(async () => {
  for (const way of Object.values(ways)) way.heal();
  await app.close();
  for (const way of Object.values(ways)) await way.close();
});

async function health() {
  const startedAt = performance.now();
  const { status, body } = await app.send('GET', '/health');
  const dependencies = body.dependencies as Record<string, { status: string }>;
  return {
    status,
    ms: performance.now() - startedAt,
    timestamp: String(body.timestamp),
    unhealthy: Object.keys(dependencies).filter((name) => dependencies[name]?.status === 'unhealthy'),
  };
}
/** Each has 0.8 s, where a frozen one would take for ever. The rest is for what else the machine does. */
const TOLD_WITHIN_MS = 6_000;
const dependencies = ['database', 'serviceBus', 'inventoryGrpc'] as const;

test.each(dependencies)('the very first request is answered 503 soon when %s is frozen', async (name) => {
  ways[name].freeze();
  const { status, ms, unhealthy } = await health();
  expect({ status, unhealthy }).toMatchObject({ status: 503, unhealthy: expect.arrayContaining([name]) });
  expect(ms).toBeLessThan(TOLD_WITHIN_MS);
});

test.each(dependencies)('%s that freezes is told soon, alone, and its recovery as well', async (name) => {
  await expect.poll(async () => (await health()).status, { timeout: 15_000, interval: 1_000 }).toBe(200);
  ways[name].freeze();
  const { timestamp: before } = await health();
  // The report of before is given again for a moment; a machine that stands still may make others look frozen too.
  await vi.waitFor(
    async () => {
      const next = await health();
      expect(next.timestamp).not.toBe(before);
      expect(next.ms).toBeLessThan(TOLD_WITHIN_MS);
      expect(next).toMatchObject({ status: 503, unhealthy: [name] });
    },
    { timeout: 15_000, interval: 50 },
  );
  ways[name].heal();
  await expect.poll(async () => (await health()).status, { timeout: 15_000, interval: 200 }).toBe(200);
});

test('with everything frozen at once it takes as long as one alone', async () => {
  for (const way of Object.values(ways)) way.freeze();
  let before: string | undefined;
  // One after the other they would take 2.4 s each time.
  await vi.waitFor(
    async () => {
      const { status, ms, timestamp, unhealthy } = await health();
      expect({ status, unhealthy: unhealthy.sort() }).toEqual({ status: 503, unhealthy: [...dependencies].sort() });
      expect(timestamp).not.toBe(before);
      before = timestamp;
      expect(ms).toBeLessThan(2_000);
    },
    { timeout: 15_000, interval: 500 },
  );
});
