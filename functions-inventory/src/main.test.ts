import { randomUUID } from 'node:crypto';
import { type HttpFunctionOptions, HttpRequest, InvocationContext } from '@azure/functions';
import { alertsReport } from '@valerix/contracts/alerts-api';
import { type ChaosView, chaosDefaults, chaosView } from '@valerix/contracts/chaos-api';
import { type ProductView, productPage, productView } from '@valerix/contracts/inventory-api';
import { negotiation } from '@valerix/contracts/push';
import { faultsOf } from '@valerix/platform/openapi/openapi.fixture';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Storage, startStorage } from '../../tests/setup/azurite.ts';
import { createTestDatabase, type TestDatabase } from '../../tests/setup/database.ts';
import { inventoryApi } from './inventory-api-description.ts';

type Registered = Record<string, unknown>;
const { http, others, terminate } = vi.hoisted(() => ({
  http: new Map<string, HttpFunctionOptions>(),
  others: new Map<string, Registered>(),
  terminate: [] as (() => Promise<void>)[],
}));

// What the host would be told; there is no host in this test.
vi.mock('@azure/functions', async (original) => {
  const note = (name: string, options: Registered) => void others.set(name, options);
  return {
    ...(await original<object>()),
    app: {
      http: (name: string, options: HttpFunctionOptions) => void http.set(name, options),
      serviceBusQueue: note,
      serviceBusTopic: note,
      timer: note,
      hook: { appTerminate: (callback: () => Promise<void>) => void terminate.push(callback) },
    },
  };
});

let testDatabase: TestDatabase;
let storage: Storage;
beforeAll(async () => {
  testDatabase = await createTestDatabase('functions_inventory');
  storage = await startStorage();
  vi.stubEnv('INVENTORY_DATABASE_URL', testDatabase.url);
  vi.stubEnv('StorageConnection', storage.connection);
  // Nobody listens there.
  vi.stubEnv(
    'ServiceBusConnection',
    'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=k;SharedAccessKey=c2VjcmV0;UseDevelopmentEmulator=true;',
  );
  vi.stubEnv('WebPubSubConnectionString', 'Endpoint=http://127.0.0.1:1;AccessKey=a-key-of-thirty-two-bytes-or-more;');
  vi.stubEnv('SEED_PRODUCTS', 'true');
  vi.stubEnv('LOG_LEVEL', 'error');
  vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('./main.ts');
});
afterAll(async () => {
  for (const callback of terminate) await callback();
  vi.unstubAllEnvs();
  await storage.stop();
  await testDatabase.drop();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function call(
  name: string,
  { productId, body, headers = {} }: { productId?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const options = http.get(name);
  if (options === undefined) throw new Error(`there is no function '${name}'`);
  const request = new HttpRequest({
    method: options.methods?.[0] ?? 'GET',
    url: `http://localhost/${options.route}`,
    headers: { 'content-type': 'application/json', ...headers },
    params: productId === undefined ? {} : { productId },
    ...(body !== undefined && { body: { string: JSON.stringify(body) } }),
  });
  const answer = await options.handler(request, new InvocationContext({ functionName: name }));
  if (answer === undefined || !('status' in answer || 'body' in answer)) throw new Error('no answer');
  return {
    status: answer.status ?? 200,
    headers: answer.headers as Record<string, string>,
    body: String(answer.body),
  };
}

const put = (productId: string, body: unknown) => call('product-put', { productId, body });
const restock = (productId: string, body: unknown, headers: Record<string, string> = {}) =>
  call('product-restock', { productId, body, headers });
const stockIn = (answer: Answer): ProductView => productView.parse(JSON.parse(answer.body));
const beans = { name: 'Beans', unitPriceMinor: 1290, initialStock: 5 };
const fresh = () => `beans-${randomUUID().slice(0, 8)}`;

it('registers each function once, with the operator key where stock is changed', () => {
  const listed = [...http].map(([name, { methods, route, authLevel }]) => `${name} ${methods} ${route} ${authLevel}`);
  expect(listed.sort()).toEqual([
    'alerts-get GET api/ops/alerts function',
    'backups-get GET api/ops/backups function',
    'backups-run POST api/ops/backups function',
    'chaos-get GET api/ops/chaos function',
    'chaos-put PUT api/ops/chaos function',
    'dead-letters-discard DELETE api/ops/dead-letters/{id} function',
    'dead-letters-discard-all DELETE api/ops/dead-letters function',
    'dead-letters-get GET api/ops/dead-letters/{id} function',
    'dead-letters-list GET api/ops/dead-letters function',
    'dead-letters-replay POST api/ops/dead-letters/{id}/replay function',
    'dead-letters-replay-all POST api/ops/dead-letters/replay function',
    'health-get GET health anonymous',
    'metrics-get GET metrics anonymous',
    'openapi-get GET api/openapi.json anonymous',
    'operators-negotiate GET api/ops/negotiate function',
    'product-get GET api/products/{productId} anonymous',
    'product-put PUT api/products/{productId} function',
    'product-restock POST api/products/{productId}/restock function',
    'products-list GET api/products anonymous',
    'snapshots-export POST api/ops/snapshots function',
    'zz-fallback GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS {*path} anonymous',
  ]);
  expect(Object.fromEntries(others)).toMatchObject({
    'orders-verify': { queueName: 'verify-orders', connection: 'ServiceBusConnection' },
    'order-events-apply': {
      topicName: 'order-events',
      subscriptionName: 'inventory-service-sub',
      cardinality: 'many',
      connection: 'ServiceBusConnection',
    },
    'outbox-relay': { schedule: '*/5 * * * * *' },
    'system-watch': { schedule: '*/10 * * * * *' },
    'alert-rows-purge': { schedule: '30 */5 * * * *' },
    'snapshot-export': { schedule: '0 0,10,20 1 * * *' },
    'vault-call': { schedule: '0 30 * * * *' },
    ...Object.fromEntries(
      ['inventory-events', 'order-events', 'system-metrics'].map((topicName) => [
        `dashboard-${topicName}`,
        { topicName, subscriptionName: 'dashboard-sub', cardinality: 'many', connection: 'ServiceBusConnection' },
      ]),
    ),
  });
});

it('describes every endpoint, with examples that fit, and nothing else', async () => {
  const answer = await call('openapi-get');
  expect(answer.status).toBe(200);
  const { openapi, paths } = JSON.parse(answer.body) as { openapi: string; paths: Record<string, object> };
  expect(openapi).toBe('3.1.1');
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice(1)}`),
  );
  const registered = [...http.entries()].filter(([name]) => name !== 'zz-fallback');
  expect(described.sort()).toEqual(registered.map(([, { methods, route }]) => `${methods} ${route}`).sort());
  const { http: httpApp } = await import('./app.ts');
  expect(faultsOf(httpApp.endpoints(), inventoryApi)).toEqual([]);
});

describe('products over HTTP', () => {
  it('lists the catalogue it was seeded with', async () => {
    const answer = await call('products-list');
    expect(answer.status).toBe(200);
    const { products } = productPage.parse(JSON.parse(answer.body));
    expect(products.map(({ productId }) => productId)).toContain('espresso-beans-1kg');
  });

  it('creates with 201 and a Location, changes with 200, and reads back', async () => {
    const productId = fresh();
    const created = await put(productId, beans);
    expect(created).toMatchObject({ status: 201, headers: { location: `/api/products/${productId}` } });
    expect(stockIn(created)).toMatchObject({ stock: 5, currency: 'EUR', lowStockThreshold: 10, lowStock: true });
    const changed = await put(productId, { ...beans, name: 'Better beans', initialStock: 99 });
    expect(changed.status).toBe(200);
    expect(stockIn(await call('product-get', { productId }))).toMatchObject({ name: 'Better beans', stock: 5 });
  });

  it('answers 404 for a product that does not exist', async () => {
    for (const answer of [
      await call('product-get', { productId: 'nothing' }),
      await restock('nothing', { quantity: 1 }),
    ]) {
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'product_not_found' });
    }
  });

  it('names each field that is wrong', async () => {
    const answer = await put(fresh(), { name: 'a\u0000b', unitPriceMinor: -1, currency: 'euro', colour: 'red' });
    expect(answer.status).toBe(400);
    const { errors } = JSON.parse(answer.body) as { errors: { field: string }[] };
    expect(errors.map(({ field }) => field).sort()).toEqual(['colour', 'currency', 'name', 'unitPriceMinor']);
    expect((await put('x'.repeat(51), beans)).status).toBe(400);
    expect((await restock(fresh(), { quantity: 0 })).status).toBe(400);
    expect((await restock(fresh(), { quantity: 1 }, { 'idempotency-key': 'k'.repeat(256) })).status).toBe(400);
  });

  it('restocks once for a key, given as header or field', async () => {
    const productId = fresh();
    await put(productId, beans);
    const first = await restock(productId, { quantity: 20 }, { 'idempotency-key': 'd1' });
    expect(first.status).toBe(200);
    expect(first.headers).not.toHaveProperty('Idempotency-Replayed');
    const again = await restock(productId, { quantity: 20, idempotencyKey: 'd1' });
    expect(again).toMatchObject({ status: 200, headers: { 'Idempotency-Replayed': 'true' } });
    expect(stockIn(again).stock).toBe(25);
    const reused = await restock(productId, { quantity: 21, idempotencyKey: 'other' }, { 'idempotency-key': 'd1' });
    expect(reused.status).toBe(422);
    expect(JSON.parse(reused.body)).toMatchObject({ code: 'idempotency_key_reused' });
    expect(stockIn(await restock(productId, { quantity: 1 })).stock).toBe(26);
  });
});

describe('faults on purpose over HTTP', () => {
  const off = { ...chaosDefaults, expiresAt: null, allowed: true };
  const switchChaos = (body: unknown) => call('chaos-put', { body });
  const viewIn = (answer: Answer): ChaosView => chaosView.parse(JSON.parse(answer.body));

  it('are off until somebody switches them on', async () => {
    const answer = await call('chaos-get');
    expect(answer.status).toBe(200);
    expect(viewIn(answer)).toEqual({ ...off, updatedAt: null });
  });

  it('are switched in parts, each answer showing all that is in force', async () => {
    const first = await switchChaos({ gremlin: { mode: 'every-nth', everyNth: 3 }, seed: 7, expiresInSeconds: 300 });
    expect(first.status).toBe(200);
    const gremlin = { ...chaosDefaults.gremlin, mode: 'every-nth', everyNth: 3 };
    expect(viewIn(first)).toMatchObject({ gremlin, schrodinger: { mode: 'off' }, seed: 7, allowed: true });
    const second = viewIn(await switchChaos({ schrodinger: { mode: 'drop', everyNth: 4 } }));
    const { expiresAt } = viewIn(first);
    const schrodinger = { mode: 'drop', probability: 0.5, everyNth: 4 };
    expect(second).toMatchObject({ gremlin, schrodinger, seed: 7, expiresAt });
    expect(Date.parse(String(expiresAt)) - Date.now()).toBeLessThanOrEqual(300_000);
    expect(viewIn(await call('chaos-get'))).toEqual(second);
    const last = await switchChaos({
      gremlin: { mode: 'off' },
      schrodinger: { mode: 'off' },
      seed: null,
      expiresInSeconds: null,
    });
    expect(viewIn(last)).toMatchObject(off);
  });

  it('name each field that is wrong, and change nothing then', async () => {
    const before = viewIn(await call('chaos-get'));
    const answer = await switchChaos({
      gremlin: { mode: 'random', minDelayMs: 300, maxDelayMs: 200 },
      schrodinger: { mode: 'drop', probability: 1.5, chance: 1 },
      expiresInSeconds: 0,
    });
    expect(answer.status).toBe(400);
    const { code, errors } = JSON.parse(answer.body) as { code: string; errors: { field: string; message: string }[] };
    expect(code).toBe('invalid_request');
    expect(errors.map(({ field }) => field).sort()).toEqual([
      'expiresInSeconds',
      'gremlin.minDelayMs',
      'schrodinger.chance',
      'schrodinger.probability',
    ]);
    expect(viewIn(await call('chaos-get'))).toEqual(before);
  });
});

it('tells which dependency is away', async () => {
  const answer = await call('health-get');
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.body)).toMatchObject({
    status: 'unhealthy',
    dependencies: { database: { status: 'healthy' }, serviceBus: { status: 'unhealthy' } },
  });
});

it('tells an operator that the alerts are red and why, and that they are not known while storage is away', async () => {
  const fire = (name: string) => (others.get(name) as { handler: () => Promise<void> }).handler();
  // Service Bus is away from the start; that is no news before the app has had time to connect.
  const answer = await vi.waitFor(
    async () => {
      await fire('system-watch');
      const given = await call('alerts-get');
      expect(JSON.parse(given.body)).toMatchObject({ state: 'red' });
      return given;
    },
    { timeout: 10_000, interval: 200 },
  );
  expect(answer.status).toBe(200);
  const report = alertsReport.parse(JSON.parse(answer.body));
  expect(report).toMatchObject({ state: 'red', windowSeconds: 30 });
  expect(report.rules.find(({ rule }) => rule === 'health')).toMatchObject({
    state: 'red',
    reason: 'functions-inventory cannot use serviceBus.',
  });
  await fire('alert-rows-purge');

  storage.freeze();
  const unknown = await call('alerts-get');
  storage.goOn();
  expect(unknown.status).toBe(503);
  expect(JSON.parse(unknown.body)).toMatchObject({ code: 'alerts_unknown' });
});

it('says that it is unavailable to an operator who asks for dead letters while Service Bus is away', async () => {
  const answer = await call('dead-letters-list');
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'temporarily_unavailable' });
});

it('shows stock levels as metrics', async () => {
  const answer = await call('metrics-get');
  expect(answer.body).toMatch(/^inventory_stock_level\{.*product="coffee-scale".*\} 48$/m);
});

it('takes messages from both triggers as the host hands them over', async () => {
  const productId = fresh();
  await put(productId, beans);
  const orderId = randomUUID();
  const handler = (name: string) => {
    const handle = others.get(name)?.handler as (messages: unknown, context: InvocationContext) => Promise<void>;
    return (messages: unknown) => handle(messages, new InvocationContext({ functionName: name }));
  };
  const envelope = (eventType: string, data: object) => ({
    eventType,
    eventId: randomUUID(),
    timestamp: new Date().toISOString(),
    data,
  });
  const items = [{ productId, quantity: 2 }];
  await handler('orders-verify')(
    envelope('VerifyOrder', { orderId, items, originalRequestTime: new Date().toISOString(), reason: 'circuit_open' }),
  );
  const stock = async () => stockIn(await call('product-get', { productId })).stock;
  expect(await stock()).toBe(3);
  const cancelled = envelope('OrderCancelled', {
    orderId,
    orderVersion: 3,
    customerId: null,
    items,
    status: 'cancelled',
  });
  await handler('order-events-apply')([{ nonsense: true }, cancelled]);
  expect(await stock()).toBe(5);
});

it('shows an operator where to hear everything', async () => {
  const answer = await call('operators-negotiate');
  expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
  const { url, expiresAt } = negotiation.parse(JSON.parse(answer.body));
  const [, claims = ''] = new URL(url).searchParams.get('access_token')?.split('.') ?? [];
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ 'webpubsub.group': ['operators'] });
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
});

it('finishes deliveries for the dashboard while Web PubSub is away, unreadable messages and all', async () => {
  for (const topic of ['inventory-events', 'order-events', 'system-metrics']) {
    const handler = others.get(`dashboard-${topic}`)?.handler as (messages: unknown) => Promise<void>;
    await handler([{ nonsense: true }]);
    await handler({ nonsense: true });
  }
  expect((await call('metrics-get')).body).toMatch(/^push_unreadable_total\{.*\} 6$/m);
});
