import { expect, test } from 'vitest';
import { homeAt, type Secrets } from './home.ts';
import { parseOptions } from './options.ts';
import { type Plan, planParts } from './parts.ts';
import { planPorts } from './ports.ts';

const secrets: Secrets = {
  operatorKey: 'operator-key-0123456789',
  masterKey: 'master-key-0123456789',
  postgresPassword: 'postgres-password',
  ordersPassword: 'orders-password-1',
  inventoryPassword: 'inventory-password',
};

test('everything runs unless it is replaced or left out', () => {
  expect(namesOf(plan())).toEqual(['postgres', 'azurite', 'servicebus', 'insights', 'grpc', 'order', 'inventory']);
  expect(namesOf(plan(['--without', 'grpc']))).not.toContain('grpc');
  expect(namesOf(plan(['--emulators-only']))).toEqual(['postgres', 'azurite', 'servicebus', 'insights']);
});

test('the Order service gets its own database and no other', () => {
  const { order } = plan(['--port-base', '20000']).environments;
  expect(order).toMatchObject({
    ORDERS_DATABASE_URL: 'postgresql://orders_service:orders-password-1@127.0.0.1:20006/orders',
    INVENTORY_GRPC_URL: 'http://127.0.0.1:20002',
    FUNCTIONS_WORKER_RUNTIME: 'node',
  });
  expect(JSON.stringify(order)).not.toContain('inventory-password');
  expect(order.ServiceBusConnection).toMatch(/^Endpoint=sb:\/\/127\.0\.0\.1:20007;.*UseDevelopmentEmulator=true;$/);
  expect(order.AzureWebJobsStorage).toContain('TableEndpoint=http://127.0.0.1:20011/devstoreaccount1;');
});

test('both faces of the Inventory service get one database and seed products', () => {
  const { inventory, grpc } = plan(['--port-base', '20000']).environments;
  const database = 'postgresql://inventory_service:inventory-password@127.0.0.1:20006/inventory';
  expect(inventory).toMatchObject({ INVENTORY_DATABASE_URL: database, SEED_PRODUCTS: 'true' });
  expect(grpc).toMatchObject({ INVENTORY_DATABASE_URL: database, GRPC_PORT: '20002', HEALTH_PORT: '20005' });
  expect(JSON.stringify([inventory, grpc])).not.toContain('orders-password');
});

test("what the caller's environment says reaches the services", async () => {
  const { services } = plan([], { GREMLIN_MODE: 'true', SEED_PRODUCTS: 'false' });
  for (const service of services) {
    const { env } = await service.command();
    expect(env.GREMLIN_MODE).toBe('true');
    if (service.name !== 'order') expect(env.SEED_PRODUCTS).toBe('false');
  }
});

test('one variable puts the real thing in the place of a stand-in', async () => {
  const replaced = plan([], {
    VALERIX_POSTGRES_URL: 'postgresql://admin:secret@db.example:6432/postgres?sslmode=require',
    VALERIX_SERVICEBUS_CONNECTION: 'Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=v',
    VALERIX_STORAGE_CONNECTION: 'UseDevelopmentStorage=true',
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=a;IngestionEndpoint=https://insights.example',
    VALERIX_FUNC: '/opt/func',
  });
  expect(namesOf(replaced)).toEqual(['grpc', 'order', 'inventory']);
  expect(replaced.connections).toMatchObject({
    orders: 'postgresql://orders_service:orders-password-1@db.example:6432/orders?sslmode=require',
    serviceBus: expect.stringContaining('shop.servicebus.windows.net'),
    storage: 'UseDevelopmentStorage=true',
  });
  const order = replaced.services.find(({ name }) => name === 'order');
  expect(await order?.command()).toMatchObject({
    command: '/opt/func',
    args: expect.arrayContaining(['start', '--port', '7071']),
  });
});

function plan(args: string[] = [], env: NodeJS.ProcessEnv = {}): Plan {
  const options = parseOptions(args, env, '/work');
  if (options === undefined) throw new Error('Only the usage was asked for.');
  return planParts(options, homeAt(options.home), secrets, planPorts(options.portBase), env);
}

function namesOf({ standIns, services }: Plan): string[] {
  return [...standIns, ...services].map(({ name }) => name);
}
