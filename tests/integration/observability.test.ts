import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { readItems, traceLines } from '../../scripts/trace/trace-tree.ts';
import { closeBreaker } from '../system/breaker.ts';
import { type GrpcHost, startGrpcHost } from '../system/grpc-host.ts';
import { changes, readMetrics, type Samples } from '../system/metrics.ts';
import { runningSystem } from '../system/running.ts';
import { makeShop, type Shop } from '../system/shop.ts';
import { until } from '../system/until.ts';

let endpoints: Endpoints;
let shop: Shop;
let host: GrpcHost;

const services = () => ({ order: endpoints.order, inventory: endpoints.inventory, grpc: endpoints.grpcHealth });
type Service = keyof ReturnType<typeof services>;
const hostWith = async (faults: Record<string, string> = {}) => {
  await host?.stop();
  const connection = `InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=${endpoints.insights}`;
  host = await startGrpcHost(endpoints, {
    APPLICATIONINSIGHTS_CONNECTION_STRING: connection,
    TELEMETRY_METRICS_INTERVAL_MS: '1000',
    ...faults,
  });
};

beforeAll(async () => {
  endpoints = await runningSystem();
  shop = makeShop(endpoints);
});
afterAll(async () => {
  await host?.stop();
  await closeBreaker(endpoints);
});

describe('every metric changes by exactly what happened', () => {
  let before: Record<Service, Samples>;
  const read = async () => {
    const entries = Object.entries(services()).map(async ([name, url]) => [name, await readMetrics(url)] as const);
    return Object.fromEntries(await Promise.all(entries)) as Record<Service, Samples>;
  };
  const since = async (service: Service, named: RegExp) => {
    const changed = changes(before[service], (await read())[service]);
    return Object.fromEntries(Object.entries(changed).filter(([name]) => named.test(name)));
  };

  test('an order that is confirmed, one that is refused and one that is cancelled', async () => {
    await hostWith();
    const product = await shop.newProduct(10);
    before = await read();
    const placed = await shop.order({ productId: product, quantity: 3 });
    expect((await shop.order({ productId: product, quantity: 50 })).status).toBe(409);
    expect((await shop.cancel(String(placed.body.orderId))).status).toBe(200);
    await until('the stock to be given back', async () => (await shop.product(product)).stock === 10);

    expect(await since('order', /^(orders_created|inventory_calls|order_processing.*_count)/)).toEqual({
      'orders_created_total{status="confirmed"}': 1,
      'orders_created_total{status="failed"}': 1,
      'inventory_calls_total{status="success"}': 2,
      'order_processing_duration_seconds_count{status="confirmed"}': 1,
      'order_processing_duration_seconds_count{status="failed"}': 1,
    });
    expect(await since('order', /^http_request_duration_seconds_count.*orders-c/)).toEqual({
      'http_request_duration_seconds_count{method="POST",operation="orders-create",status="201"}': 1,
      'http_request_duration_seconds_count{method="POST",operation="orders-create",status="409"}': 1,
      'http_request_duration_seconds_count{method="POST",operation="orders-cancel",status="200"}': 1,
    });
    expect(await since('grpc', /^inventory_updates/)).toEqual({
      'inventory_updates_total{kind="reserved"}': 1,
      'inventory_updates_total{kind="insufficient_stock"}': 1,
    });
    expect(await since('inventory', /^inventory_updates/)).toEqual({ 'inventory_updates_total{kind="released"}': 1 });
    const stock = `inventory_stock_level{product="${product}"}`;
    expect((await read()).inventory.get(stock)).toBe(10);
  });

  test('an order that a slow warehouse keeps waiting, and that is recovered', async () => {
    await hostWith({ GREMLIN_MODE: 'true' });
    const product = await shop.newProduct(10);
    before = await read();
    const placed = await shop.order({ productId: product, quantity: 1 });
    await shop.settled(String(placed.body.orderId), ['confirmed']);
    expect(await since('order', /^(orders_created|inventory_calls)/)).toEqual({
      'orders_created_total{status="pending_verification"}': 1,
      'inventory_calls_total{status="timeout"}': 1,
    });
    expect(await since('inventory', /^inventory_updates/)).toEqual({ 'inventory_updates_total{kind="reserved"}': 1 });
    expect(await since('grpc', /^(gremlin|crash)/)).toEqual({ gremlin_activations_total: 1 });
  });

  test('a warehouse that fails after it took the stock', async () => {
    await hostWith({ SCHRODINGER_MODE: 'true', SCHRODINGER_CRASH_PROBABILITY: '1', SCHRODINGER_FAULT: 'error' });
    const product = await shop.newProduct(10);
    before = await read();
    const placed = await shop.order({ productId: product, quantity: 1 });
    await shop.settled(String(placed.body.orderId), ['confirmed']);
    expect(await since('order', /^(orders_created|inventory_calls)/)).toEqual({
      'orders_created_total{status="pending_verification"}': 1,
      'inventory_calls_total{status="failed"}': 1,
    });
    expect(await since('grpc', /^(gremlin|crash|inventory_updates)/)).toEqual({
      'crash_simulations_total{fault="error"}': 1,
      'inventory_updates_total{kind="reserved"}': 1,
    });
    expect(await since('inventory', /^inventory_updates/)).toEqual({});
  });
});

describe('one order is one trace', () => {
  const kept = async (traceId: string) =>
    readItems(await (await fetch(`${endpoints.insights}/items?traceId=${traceId}`)).json());
  /** Places an order in a trace of our own, and waits until it is confirmed and every process has told of `wanted`. */
  const follow = async (wanted: readonly string[]) => {
    const traceId = crypto.randomUUID().replaceAll('-', '');
    const product = await shop.newProduct(10);
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-00` };
    const placed = await shop.order({ productId: product, quantity: 1 }, headers);
    const order = await shop.settled(String(placed.body.orderId), ['confirmed']);
    expect(placed.headers.get('traceparent')).toContain(traceId);
    expect(order.traceId).toBe(traceId);
    const told = async () => {
      const items = await kept(traceId);
      return { items, lines: traceLines(items).map(({ role, what }) => `${role}: ${what}`) };
    };
    await expect
      .poll(async () => (await told()).lines, { timeout: 15_000 })
      .toEqual(expect.arrayContaining([...wanted]));
    return told();
  };

  test('of an order that is confirmed at once: HTTP, SQL, gRPC, outbox and log', async () => {
    await hostWith();
    const { lines } = await follow([
      'order: POST /api/orders -> 201',
      'order: create orders',
      'order: publish OrderCreated',
      'order: inventory.InventoryService/ReserveStock',
      'grpc-inventory-host: inventory.InventoryService/ReserveStock',
      'grpc-inventory-host: reserve stock',
      'order: change orders',
      'order: publish OrderConfirmed',
    ]);
    expect(lines.filter((line) => line.includes('order_status_changed'))).toHaveLength(2);
  });

  test('of an order that waited: the question, the verification and the settlement are in it', async () => {
    await hostWith({ GREMLIN_MODE: 'true' });
    const { items } = await follow([
      'order: POST /api/orders -> 202',
      'order: publish VerifyOrder',
      'grpc-inventory-host: inventory.InventoryService/ReserveStock',
      'functions-inventory: process VerifyOrder',
      'functions-inventory: verify stock',
      'functions-inventory: publish OrderVerified',
      'order: process OrderVerified',
      'order: settle orders',
      'order: publish OrderConfirmed',
    ]);
    // Every span but the first names another of them as its parent.
    const spans = items.filter(({ data }) => /^(Request|RemoteDependency)Data$/.test(data.baseType));
    const ids = new Set(spans.map(({ data }) => data.baseData.id));
    const orphans = spans.filter(({ tags }) => !ids.has(tags['ai.operation.parentId']));
    expect(orphans.map(({ data }) => data.baseData.name)).toEqual(['POST /api/orders']);
  });

  test('of an order whose warehouse died after it took the stock', async () => {
    await hostWith({ SCHRODINGER_MODE: 'true', SCHRODINGER_CRASH_PROBABILITY: '1', SCHRODINGER_FAULT: 'exit' });
    const { items } = await follow([
      'order: POST /api/orders -> 202',
      'functions-inventory: process VerifyOrder',
      'order: process OrderVerified',
      'order: publish OrderConfirmed',
    ]);
    const failed = items.filter(({ data }) => data.baseData.success === false);
    expect(failed.map(({ data }) => data.baseData.name)).toContain('inventory.InventoryService/ReserveStock');
  });
});

test('the real exporters send requests, dependencies, exceptions, metrics and logs', async () => {
  await hostWith({ SCHRODINGER_MODE: 'true', SCHRODINGER_CRASH_PROBABILITY: '1', SCHRODINGER_FAULT: 'error' });
  const product = await shop.newProduct(5);
  const placed = await shop.order({ productId: product, quantity: 1 });
  await shop.settled(String(placed.body.orderId), ['confirmed']);
  const all = await until('every kind of telemetry of the gRPC host', async () => {
    const items = readItems(await (await fetch(`${endpoints.insights}/items`)).json());
    const kinds = new Set(
      items.filter(({ tags }) => tags['ai.cloud.role'] === 'grpc-inventory-host').map(({ data }) => data.baseType),
    );
    return (
      ['RequestData', 'RemoteDependencyData', 'ExceptionData', 'MetricData', 'MessageData'].every((kind) =>
        kinds.has(kind),
      ) && items
    );
  });
  expect(JSON.stringify(all)).not.toMatch(/password|postgresql:\/\/|SharedAccessKey/);
});
