import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { explainTakenPorts, findTakenPorts, PORT_COUNT, planPorts } from './ports.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await once(server.close(), 'close');
});

test('--port-base counts every port up, in a fixed order and without gaps', () => {
  const plan = planPorts(20_000);
  expect(plan).toMatchObject({ order: 20_000, inventory: 20_001, grpc: 20_002, storefront: 20_003, dashboard: 20_004 });
  expect(new Set(Object.values(plan))).toEqual(new Set(Array.from({ length: PORT_COUNT }, (_, n) => 20_000 + n)));
});

test('a taken port is found, whether it is taken on one address or on all', async () => {
  const one = await listen('127.0.0.1');
  const all = await listen('0.0.0.0');
  const plan = { ...planPorts(undefined), order: one, grpc: all, inventory: 0 };
  const taken = await findTakenPorts(plan, ['order', 'inventory', 'grpc']);
  expect(taken).toEqual([
    { name: 'order', port: one, reason: 'in use' },
    { name: 'grpc', port: all, reason: 'in use' },
  ]);
});

test('checking a port leaves it free', async () => {
  const port = await listen('127.0.0.1');
  await once(servers.splice(0)[0]?.close() ?? createServer(), 'close');
  const plan = { ...planPorts(undefined), order: port };
  expect(await findTakenPorts(plan, ['order'])).toEqual([]);
  expect(await findTakenPorts(plan, ['order'])).toEqual([]);
});

test('one message names every taken port, what it was wanted for and what to do', () => {
  const message = explainTakenPorts([
    { name: 'order', port: 7071, reason: 'in use' },
    { name: 'servicebus', port: 672, reason: 'not permitted' },
  ]);
  expect(message).toBe(
    [
      '2 ports are not available:',
      '  7071   the Order service (HTTP): in use',
      '  672    Service Bus (AMQP): not permitted',
      'Stop what uses them, or move every port of this system, for example: npm start -- --port-base 20000',
    ].join('\n'),
  );
});

async function listen(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
