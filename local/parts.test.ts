import { expect, test } from 'vitest';
import { homeAt, type Secrets } from './home.ts';
import { PART_NAMES, parseOptions } from './options.ts';
import { type Plan, planParts } from './parts.ts';
import { planPorts } from './ports.ts';
import { webSocketOrigin } from './site-parts.ts';

const secrets: Secrets = {
  operatorKey: 'operator-key-0123456789',
  masterKey: 'master-key-0123456789',
  postgresPassword: 'postgres-password',
  ordersPassword: 'orders-password-1',
  inventoryPassword: 'inventory-password',
  webPubSubKey: 'web-pub-sub-key-of-thirty-two-bytes',
};

test('everything runs unless it is replaced or left out', () => {
  expect(namesOf(plan())).toEqual([...PART_NAMES]);
  expect(namesOf(plan(['--without', 'grpc']))).not.toContain('grpc');
  expect(namesOf(plan(['--emulators-only']))).toEqual([
    'postgres',
    'azurite',
    'servicebus',
    'webpubsub',
    'insights',
    'vault',
  ]);
});

test('the key of the Web PubSub emulator is not on its command line, where every user of the machine can read it', async () => {
  const command = await plan()
    .standIns.find(({ name }) => name === 'webpubsub')
    ?.command();
  expect(command?.env.WEBPUBSUB_ACCESS_KEY).toBe(secrets.webPubSubKey);
  expect(command?.args.join(' ')).not.toContain(secrets.webPubSubKey);
});

test('both services know the Web PubSub of the data directory', () => {
  const { order, inventory } = plan(['--port-base', '20000']).environments;
  const known = `Endpoint=http://127.0.0.1:20012;AccessKey=${secrets.webPubSubKey};Version=1.0;`;
  expect([order.WebPubSubConnectionString, inventory.WebPubSubConnectionString]).toEqual([known, known]);
});

test('a site is told where the services are, and nothing that is secret', async () => {
  for (const dev of [[], ['--dev-sites']]) {
    const { services } = plan(['--port-base', '20000', ...dev]);
    for (const name of ['storefront', 'dashboard']) {
      const command = await services.find((service) => service.name === name)?.command();
      const args = command?.args.join(' ') ?? '';
      expect(args).toContain('{"orderUrl":"http://127.0.0.1:20000","inventoryUrl":"http://127.0.0.1:20001"}');
      for (const secret of Object.values(secrets)) expect(args).not.toContain(secret);
      if (dev.length === 0)
        expect(args).toContain('--connect-src http://127.0.0.1:20000 http://127.0.0.1:20001 ws://127.0.0.1:20012');
    }
  }
});

test.each([
  ['Endpoint=https://shop.webpubsub.azure.com;AccessKey=k;Version=1.0;', 'wss://shop.webpubsub.azure.com'],
  ['Endpoint=http://localhost;Port=8888;AccessKey=k;Version=1.0;', 'ws://localhost:8888'],
])('a browser reaches the Web PubSub of %s', (connectionString, origin) => {
  expect(webSocketOrigin(connectionString)).toBe(origin);
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
    if (['grpc', 'inventory'].includes(service.name)) expect(env.SEED_PRODUCTS).toBe('false');
  }
});

test('one variable puts the real thing in the place of a stand-in', async () => {
  const replaced = plan([], {
    VALERIX_POSTGRES_URL: 'postgresql://admin:secret@db.example:6432/postgres?sslmode=require',
    VALERIX_SERVICEBUS_CONNECTION: 'Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=v',
    VALERIX_STORAGE_CONNECTION: 'UseDevelopmentStorage=true',
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=a;IngestionEndpoint=https://insights.example',
    VALERIX_WEBPUBSUB_CONNECTION: 'Endpoint=https://shop.webpubsub.azure.com;AccessKey=k;Version=1.0;',
    BACKUP_VAULT_URL: 'https://vault.example',
    VALERIX_FUNC: '/opt/func',
  });
  expect(namesOf(replaced)).toEqual(['grpc', 'order', 'inventory', 'storefront', 'dashboard']);
  expect(replaced.connections).toMatchObject({
    orders: 'postgresql://orders_service:orders-password-1@db.example:6432/orders?sslmode=require',
    serviceBus: expect.stringContaining('shop.servicebus.windows.net'),
    storage: 'UseDevelopmentStorage=true',
    copyStorage: null,
    vaultUrl: 'https://vault.example',
    webPubSub: expect.stringContaining('shop.webpubsub.azure.com'),
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
