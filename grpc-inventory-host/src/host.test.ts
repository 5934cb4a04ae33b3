import { once } from 'node:events';
import { Client, credentials } from '@grpc/grpc-js';
import { type AnyEvent, parseEvent } from '@valerix/contracts/events';
import { HEALTH_PROBE_PRODUCT, healthReport } from '@valerix/contracts/health';
import { type Inventory, startInventory } from '@valerix/inventory/inventory.fixture';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureOf, reserve, startTestHost } from './host.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory('grpc_host');
});
afterAll(() => inventory.stop());

const nowhere = { INVENTORY_DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/nothing' };
const at = (port: number, path: string) => fetch(`http://127.0.0.1:${port}${path}`);

/** Calls by name and by bytes, as a client without our generated code does. */
function rawClient(port: number): Client {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}
const bytes = (message: Buffer) => message;
/** A message with one text field. */
const textField = (number: number, text: string) =>
  Buffer.concat([Buffer.from([(number << 3) | 2, text.length]), Buffer.from(text)]);

const SERVING = Buffer.from([8, 1]);
const NOT_SERVING = Buffer.from([8, 2]);

function grpcHealth(port: number, service: string): Promise<Buffer | undefined> {
  const client = rawClient(port);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, textField(1, service), (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
  });
}

async function reflection(port: number, request: Buffer): Promise<string> {
  const call = rawClient(port).makeBidiStreamRequest(
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    bytes,
    bytes,
  );
  call.write(request);
  const [answer] = (await once(call, 'data')) as [Buffer];
  call.end();
  return answer.toString('latin1');
}

describe('health', () => {
  it('is well while both dependencies answer, over HTTP and over gRPC', async () => {
    const { host } = await startTestHost(inventory);
    // On a busy machine the first connection may take longer than a probe may.
    const answer = await vi.waitFor(
      async () => {
        const report = await at(host.healthPort, '/health');
        expect(report.status).toBe(200);
        return report;
      },
      { timeout: 10_000 },
    );
    expect(healthReport.parse(await answer.json())).toMatchObject({
      status: 'healthy',
      service: 'grpc-inventory-host',
      dependencies: { database: { status: 'healthy' }, serviceBus: { status: 'healthy' } },
    });
    for (const service of ['', 'inventory.InventoryService']) {
      await vi.waitFor(async () => expect(await grpcHealth(host.grpcPort, service)).toEqual(SERVING), {
        timeout: 15_000,
      });
    }
  });

  it('names the database while it is away, and the process is alive all the same', async () => {
    const { host } = await startTestHost(inventory, nowhere);
    const answer = await at(host.healthPort, '/health');
    expect(answer.status).toBe(503);
    const report = await answer.text();
    expect(JSON.parse(report)).toMatchObject({
      status: 'unhealthy',
      dependencies: { database: { status: 'unhealthy' }, serviceBus: { status: 'healthy' } },
    });
    expect(report).not.toContain('nobody');
    expect((await at(host.healthPort, '/health/live')).status).toBe(200);
    expect(await grpcHealth(host.grpcPort, '')).toEqual(NOT_SERVING);
    expect((await at(host.healthPort, '/metrics')).status).toBe(200);
  });

  it('answers 404 elsewhere', async () => {
    const { host } = await startTestHost(inventory);
    expect((await at(host.healthPort, '/toString')).status).toBe(404);
  });
});

it('shows decisions, stock levels and the outbox as metrics', async () => {
  const { host, client } = await startTestHost(inventory);
  const productId = await inventory.product(10);
  await reserve(client, { productId, quantity: 3 });
  await reserve(client, { productId, quantity: 30 });
  const metrics = await (await at(host.healthPort, '/metrics')).text();
  expect(metrics).toMatch(/^inventory_updates_total\{.*kind="reserved".*\} 1$/m);
  expect(metrics).toMatch(/^inventory_updates_total\{.*kind="insufficient_stock".*\} 1$/m);
  expect(metrics).toMatch(new RegExp(`^inventory_stock_level\\{.*product="${productId}".*\\} 7$`, 'm'));
  expect(metrics).toMatch(/^outbox_depth(\{.*\})? [1-9]\d*$/m);
  expect(metrics).toMatch(/^grpc_request_duration_seconds_count\{.*operation="ReserveStock".*code="OK".*\} 2$/m);
});

it('describes itself to clients by reflection', async () => {
  const { host } = await startTestHost(inventory);
  expect(await reflection(host.grpcPort, textField(7, '*'))).toContain('inventory.InventoryService');
  const description = await reflection(host.grpcPort, textField(4, 'inventory.InventoryService'));
  for (const method of ['ReserveStock', 'ReleaseStock', 'CheckStock']) expect(description).toContain(method);
});

it('says that a port is taken instead of starting beside it', async () => {
  const { host } = await startTestHost(inventory);
  await expect(startTestHost(inventory, { GRPC_PORT: String(host.grpcPort) })).rejects.toThrow(/EADDRINUSE|No address/);
});

it('sends what a crash left in the outbox', async () => {
  const productId = await inventory.product(5);
  await inventory.database.query("UPDATE outbox SET claimed_until = now() - interval '1 second'");
  const send = vi.spyOn(inventory.messaging, 'send').mockResolvedValue();
  onTestFinished(() => send.mockRestore());
  await startTestHost(inventory);
  await vi.waitFor(async () => expect(await inventory.eventsAbout(productId)).toEqual([]), { timeout: 15_000 });
  expect(send).toHaveBeenCalledWith('inventory-events', expect.anything());
});

it('lets a running call finish when it is asked to stop', async () => {
  const { host, client } = await startTestHost(inventory, { GREMLIN_EVERY_NTH: '1', GREMLIN_DELAY_MS: '150' });
  const productId = await inventory.product(5);
  const answer = reserve(client, { productId, quantity: 1 });
  const activations = async () =>
    (await (await at(host.healthPort, '/metrics')).text()).includes('gremlin_activations');
  await vi.waitFor(async () => expect(await activations()).toBe(true), { timeout: 15_000 });
  const stopped = host.stop();
  expect(await answer).toMatchObject({ success: true });
  await stopped;
});

it('says each second how its calls went, those that failed by code, and nothing of those that ask for its health', async () => {
  const sent: AnyEvent[] = [];
  const send = vi.spyOn(inventory.messaging, 'send').mockImplementation(async (entity, messages) => {
    if (entity !== 'system-metrics') return;
    for (const { body } of messages) {
      const parsed = parseEvent(body);
      if (parsed.kind === 'event') sent.push(parsed.event);
    }
  });
  onTestFinished(() => send.mockRestore());
  const { client } = await startTestHost(inventory, {
    SCHRODINGER_MODE: 'true',
    SCHRODINGER_EVERY_NTH: '2',
    SCHRODINGER_FAULT: 'error',
  });
  const productId = await inventory.product(10);
  const check = (id: string) =>
    new Promise((resolve) => {
      client.checkStock({ productId: id }, (_, answer) => resolve(answer));
    });
  await reserve(client, { productId, quantity: 1 });
  await failureOf(reserve(client, { productId, quantity: 1 }));
  await failureOf(reserve(client, { productId, quantity: -1 }));
  await check(HEALTH_PROBE_PRODUCT);
  await vi.waitFor(
    () => {
      const counted = (type: string, field: 'count' | 'errorCount') =>
        sent
          .filter(({ eventType }) => eventType === type)
          .reduce((sum, { data }) => sum + Number((data as Record<string, unknown>)[field] ?? 0), 0);
      expect(counted('ResponseTime', 'count')).toBe(3);
      expect(counted('ResponseTime', 'errorCount')).toBe(1);
      expect(counted('ErrorOccurred', 'count')).toBe(1);
    },
    { timeout: 5_000 },
  );
  expect(sent.find(({ eventType }) => eventType === 'ErrorOccurred')?.data).toMatchObject({
    service: 'grpc-inventory-host',
    operation: 'ReserveStock',
    code: 'INTERNAL',
  });
  await check(productId);
  await vi.waitFor(
    () => expect(sent.some(({ data }) => 'operation' in data && data.operation === 'CheckStock')).toBe(true),
    { timeout: 5_000 },
  );
});
