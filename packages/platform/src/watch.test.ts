import { alertsReport } from '@valerix/contracts/alerts-api';
import { type AnyEvent, parseEvent } from '@valerix/contracts/events';
import type { HealthReport } from '@valerix/contracts/health';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { noStorage, type Storage, startStorage } from '../../../tests/setup/azurite.ts';
import type { BreakerState } from './alerts/observations.ts';
import { makeLogger } from './logger.ts';
import { makeMetrics } from './metrics.ts';
import { makeWatch, type Watch, type WatchOptions } from './watch.ts';

let storage: Storage;
let clock = Date.UTC(2026, 5, 1);
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(async () => {
  // Far enough for what the test before left to be forgotten, and its alerts to be green again.
  clock += 25 * 3_600_000;
  const between = startProcess('between');
  await between.watch.look();
  await between.watch.stop();
  clock += 60_000;
});

interface Process {
  readonly watch: Watch;
  /** What it sent, oldest first. */
  readonly sent: AnyEvent[];
  readonly logged: string[];
  readonly dependencies: Map<string, 'healthy' | 'unhealthy'>;
  breaker: BreakerState;
}

function startProcess(service: string, options: Partial<WatchOptions> = {}): Process {
  const sent: AnyEvent[] = [];
  const logged: string[] = [];
  const dependencies = new Map<string, 'healthy' | 'unhealthy'>([['database', 'healthy']]);
  const process: Omit<Process, 'watch'> = { sent, logged, dependencies, breaker: 'closed' };
  const watch = makeWatch({
    service,
    storage: { connectionString: storage.connection },
    messaging: {
      async send(_, messages) {
        for (const { body } of messages) {
          const parsed = parseEvent(body);
          if (parsed.kind === 'unreadable') throw new Error(parsed.detail);
          sent.push(parsed.event);
        }
      },
    },
    metrics: makeMetrics(service),
    logger: makeLogger(service, 'info', (line) => logged.push(JSON.parse(line).event)),
    checkHealth: async (): Promise<HealthReport> => ({
      status: [...dependencies.values()].includes('unhealthy') ? 'unhealthy' : 'healthy',
      service,
      timestamp: new Date(clock).toISOString(),
      dependencies: Object.fromEntries([...dependencies].map(([name, status]) => [name, { status, latencyMs: 1 }])),
    }),
    breakerState: () => process.breaker,
    now: () => clock,
    ...options,
  });
  onTestFinished(() => watch.stop());
  return Object.assign(process, { watch });
}

const slowOrder = { operation: 'orders-create', durationMs: 2_000, isChange: true };

test('slow orders of one process are seen by every other, in the very next second', async () => {
  const order = startProcess('order');
  const inventory = startProcess('functions-inventory');
  await Promise.all([order.watch.look(), inventory.watch.look()]);
  expect(await inventory.watch.report()).toMatchObject({ state: 'green' });
  order.watch.requestFinished(slowOrder);
  clock += 1_000;
  await order.watch.look();
  const report = alertsReport.parse(await inventory.watch.report());
  expect(report).toMatchObject({ state: 'red', since: new Date(clock).toISOString() });
  expect(
    report.services.map(({ service, requests, healthy, breaker }) => ({ service, requests, healthy, breaker })),
  ).toEqual([
    { service: 'functions-inventory', requests: 0, healthy: true, breaker: 'closed' },
    { service: 'order', requests: 1, healthy: true, breaker: 'closed' },
  ]);
  clock += 20_000;
  await order.watch.look();
  clock += 10_000;
  await inventory.watch.look();
  expect(await order.watch.report()).toMatchObject({ state: 'green' });
  expect(order.sent.map(({ eventType }) => eventType)).toEqual(['ResponseTime', 'AlertChanged']);
  expect(inventory.sent).toMatchObject([
    { eventType: 'AlertChanged', data: { rule: 'response_time', state: 'green' } },
  ]);
});

test('a dependency that goes away, and the breaker, are told as events and shown with the alerts', async () => {
  const order = startProcess('order');
  await order.watch.look();
  order.dependencies.set('inventoryGrpc', 'unhealthy');
  order.breaker = 'open';
  order.watch.breakerChanged('open');
  for (let looks = 0; looks < 3; looks += 1) await order.watch.look();
  expect(await order.watch.report()).toMatchObject({
    state: 'red',
    services: [{ service: 'order', healthy: false, dependencies: { inventoryGrpc: 'unhealthy' }, breaker: 'open' }],
  });
  order.dependencies.set('inventoryGrpc', 'healthy');
  for (let looks = 0; looks < 3; looks += 1) await order.watch.look();
  expect(order.sent.map(({ eventType, data }) => ({ eventType, data }))).toMatchObject([
    { eventType: 'CircuitBreakerChanged', data: { service: 'order', state: 'open' } },
    { eventType: 'HealthChanged', data: { service: 'order', dependency: 'inventoryGrpc', healthy: false } },
    { eventType: 'AlertChanged', data: { rule: 'health', state: 'red' } },
    { eventType: 'HealthChanged', data: { service: 'order', dependency: 'inventoryGrpc', healthy: true } },
    { eventType: 'AlertChanged', data: { rule: 'health', state: 'green' } },
  ]);
});

test('a process that is still connecting is no news; one that cannot after 5 s is', async () => {
  const order = startProcess('order');
  order.dependencies.set('database', 'unhealthy');
  await order.watch.look();
  clock += 4_999;
  await order.watch.look();
  expect(order.sent).toEqual([]);
  expect((await order.watch.report()).services).toEqual([]);
  clock += 1;
  await order.watch.look();
  expect(order.sent.map(({ eventType }) => eventType)).toEqual(['HealthChanged', 'AlertChanged']);
});

test('a process that ends by intention is not missed; one that is killed is', async () => {
  const order = startProcess('order');
  const stopped = startProcess('functions-inventory');
  const killed = startProcess('grpc-inventory-host');
  await Promise.all([order, stopped, killed].map(({ watch }) => watch.look()));
  await stopped.watch.stop();
  clock += 31_000;
  await order.watch.look();
  const { rules } = await order.watch.report();
  expect(rules[2]).toMatchObject({ state: 'red', reason: 'grpc-inventory-host has stopped reporting.' });
});

test('while storage is away requests go on, nothing is red or green, and what is still in the window counts afterwards', async () => {
  const order = startProcess('order');
  await order.watch.look();
  storage.freeze();
  onTestFinished(() => storage.goOn());
  for (let second = 0; second < 3; second += 1) {
    order.watch.requestFinished(slowOrder);
    clock += 1_000;
  }
  await order.watch.look();
  await expect(order.watch.report()).rejects.toThrow();
  storage.goOn();
  await order.watch.look();
  expect(await order.watch.report()).toMatchObject({ state: 'red', services: [{ service: 'order', requests: 3 }] });
  expect(order.sent.filter(({ eventType }) => eventType === 'ResponseTime')).toHaveLength(3);
  expect(order.logged).toEqual(['alert_storage_away', 'alert_storage_back', 'alert_changed']);
});

test('with storage away from the start a process measures, announces and stops all the same', async () => {
  const order = startProcess('order', { storage: { connectionString: noStorage } });
  for (let second = 0; second < 100; second += 1) {
    order.watch.requestFinished(slowOrder);
    clock += 1_000;
  }
  await order.watch.look();
  await order.watch.look();
  expect(order.sent.map(({ eventType }) => eventType)).toEqual(Array.from({ length: 60 }, () => 'ResponseTime'));
  expect(order.logged).toEqual(['alert_storage_away']);
  await order.watch.stop();
});

test('started, it measures, looks and judges by itself, without keeping the process alive, until it is stopped', async () => {
  const arm = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => arm.mockRestore());
  // The real time, as the timers go by it.
  const offset = clock - Date.now();
  const order = startProcess('order', { now: () => Date.now() + offset });
  const onlooker = startProcess('functions-inventory', { now: () => Date.now() + offset });
  order.watch.start();
  const ticking = arm.mock.results.map(({ value }) => value as NodeJS.Timeout).at(-1);
  expect(ticking?.hasRef()).toBe(false);
  order.watch.requestFinished(slowOrder);
  await vi.waitFor(() => expect(order.sent.map(({ eventType }) => eventType)).toContain('AlertChanged'), {
    timeout: 15_000,
    interval: 20,
  });
  expect(await onlooker.watch.report()).toMatchObject({
    state: 'red',
    services: [{ service: 'order', healthy: true }],
  });
  await order.watch.stop();
  const { sent } = order;
  const before = sent.length;
  const stoppedAt = Date.now();
  order.watch.requestFinished(slowOrder);
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(stoppedAt + 1_500), { timeout: 5_000 });
  expect(sent).toHaveLength(before);
});
