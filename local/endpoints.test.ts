import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Endpoints, readEndpoints, removeEndpoints, writeEndpoints } from './endpoints.ts';
import { homeAt } from './home.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const endpoints: Endpoints = {
  order: 'http://127.0.0.1:7071',
  inventory: 'http://127.0.0.1:7072',
  grpc: 'http://127.0.0.1:50051',
  grpcHealth: 'http://127.0.0.1:50052',
  storefront: null,
  dashboard: null,
  insights: 'http://127.0.0.1:7074',
  backupVault: 'http://127.0.0.1:7075',
  serviceBusAdmin: 'http://127.0.0.1:5300',
  databases: { orders: 'postgresql://127.0.0.1/orders', inventory: 'postgresql://127.0.0.1/inventory' },
  serviceBus: 'Endpoint=sb://127.0.0.1:5672',
  webPubSub: 'Endpoint=http://127.0.0.1:8085',
  storage: 'AccountName=devstoreaccount1',
  copyStorage: 'AccountName=devstoreaccount2',
  operatorKey: 'key',
  processes: { order: 4711 },
  supervisor: 4710,
};

test('what was written is read back', async () => {
  const home = homeAt(temporaryDirectory());
  writeEndpoints(home, endpoints);
  expect(await readEndpoints(home.directory)).toEqual(endpoints);
});

test('only the owner can read the operator key in it', () => {
  const home = homeAt(temporaryDirectory());
  writeEndpoints(home, endpoints);
  expect(statSync(home.endpoints).mode & 0o777).toBe(0o600);
});

test('while nothing runs, reading says so and what to do', async () => {
  const home = homeAt(temporaryDirectory());
  writeEndpoints(home, endpoints);
  removeEndpoints(home);
  await expect(readEndpoints(home.directory)).rejects.toThrow(
    /not running, or not healthy yet. Start it with npm start/,
  );
});
