import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WebPubSubServiceClient } from '@azure/web-pubsub';
import type { EventData, EventEnvelope, EventType } from '@valerix/contracts/events';
import { operatorsGroup, pushHub } from '@valerix/contracts/push';
import { beforeAll, expect, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { runningSystem } from '../system/running.ts';
import { useBrowser } from './browser.ts';
import { makeOperator } from './operator.ts';

const { visit } = useBrowser();
let endpoints: Endpoints;

beforeAll(async () => {
  endpoints = await runningSystem();
});

const EVENTS_PER_SECOND = 1_000;
const SECONDS = 30;
const BATCHES_PER_SECOND = 20;

const envelope = <T extends EventType>(eventType: T, data: EventData<T>): EventEnvelope<T> => ({
  eventType,
  eventId: randomUUID(),
  timestamp: new Date().toISOString(),
  data,
});

/** The events of an order's life, as both services send them. */
function orderLife(stockVersion: number): { orderId: string; events: EventEnvelope[] } {
  const [orderId, reservationId] = [randomUUID(), randomUUID()];
  const productId = `load-${stockVersion % 40}`;
  const line = { productId, quantity: 1 };
  const order = { orderId, customerId: 'load', items: [line] };
  const lines = [{ ...line, name: productId, unitPriceMinor: 990, currency: 'EUR' }];
  const stock = { remainingStock: Math.max(0, 100_000 - stockVersion), stockVersion };
  const reservation = { reservationId, lines };
  return {
    orderId,
    events: [
      envelope('OrderCreated', { ...order, orderVersion: 1, status: 'pending' }),
      envelope('StockReserved', { orderId, ...line, ...stock, reservationId, reservation }),
      envelope('OrderConfirmed', {
        ...order,
        orderVersion: 2,
        status: 'confirmed',
        reservationId,
        recoveredFromCrash: false,
      }),
      envelope('ResponseTime', {
        service: 'order',
        operation: 'orders-create',
        durationMs: 20 + (stockVersion % 30),
        success: true,
        count: 1,
        p95Ms: 60,
        maxMs: 80,
        errorCount: 0,
      }),
    ],
  };
}

/** Notes how long each drawing took to come and each task to end, in the page. */
const startProbe = `
  const probe = { gaps: [], tasks: [], last: performance.now() };
  globalThis.probe = probe;
  const frame = (now) => {
    probe.gaps.push(now - probe.last);
    probe.last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) probe.tasks.push(duration);
  }).observe({ entryTypes: ['longtask'] });
`;

interface Probed {
  readonly gaps: readonly number[];
  readonly tasks: readonly number[];
}

const heapOf = `performance.memory.usedJSHeapSize`;

test('a thousand events a second for 30 s neither freeze the page nor lose the last state', {
  timeout: 180_000,
}, async () => {
  const operator = makeOperator(await visit(), endpoints);
  const { page } = operator;
  await operator.open();
  await operator.signIn();
  await page.getByText('Live', { exact: true }).waitFor();
  const hub = new WebPubSubServiceClient(endpoints.webPubSub ?? '', pushHub, { allowInsecureConnection: true });
  const operators = hub.group(operatorsGroup);

  await page.evaluate(startProbe);
  const startedAt = Date.now();
  const perBatch = EVENTS_PER_SECOND / BATCHES_PER_SECOND;
  let [sent, version, lastOrder] = [0, 0, ''];
  const sending: Promise<void>[] = [];
  let shownRate = 0;
  for (let batch = 0; batch < SECONDS * BATCHES_PER_SECOND; batch += 1) {
    const events: EventEnvelope[] = [];
    while (events.length < perBatch) {
      version += 1;
      const life = orderLife(version);
      events.push(...life.events);
      lastOrder = life.orderId;
    }
    sent += events.length;
    sending.push(operators.sendToAll({ events }));
    if (batch === BATCHES_PER_SECOND * (SECONDS - 5)) {
      shownRate = Number(((await page.locator('.channel-detail').textContent()) ?? '').replaceAll(/\D/g, ''));
    }
    const due = startedAt + ((batch + 1) * 1_000) / BATCHES_PER_SECOND;
    await delay(Math.max(0, due - Date.now()));
  }
  await Promise.all(sending);
  const seconds = (Date.now() - startedAt) / 1_000;
  await operator.orderRow(lastOrder).getByText('Confirmed').waitFor();
  const { gaps, tasks } = (await page.evaluate('globalThis.probe')) as Probed;

  const sorted = [...gaps].sort((a, b) => a - b);
  const figures = {
    eventsPerSecond: Math.round(sent / seconds),
    shownRate,
    frames: gaps.length,
    medianGapMs: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    p99GapMs: Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0),
    longestGapMs: Math.round(sorted.at(-1) ?? 0),
    longTasks: tasks.length,
    longestTaskMs: Math.round(Math.max(0, ...tasks)),
    heapMb: Math.round(((await page.evaluate(heapOf)) as number) / 1_000_000),
  };
  console.log(`1,000 events a second: ${JSON.stringify(figures)}`);
  // The figures are the line above; these are what a frozen page or a lost flood would be, on a busy machine too.
  expect(figures.eventsPerSecond).toBeGreaterThan(0.5 * EVENTS_PER_SECOND);
  expect(figures.shownRate).toBeGreaterThan(0.25 * EVENTS_PER_SECOND);
  expect(figures.longestGapMs).toBeLessThan(5_000);
  expect(figures.medianGapMs).toBeLessThan(250);
  expect(figures.heapMb).toBeLessThan(150);
  // And it still answers at once.
  await operator.orderRow(lastOrder).click();
  await page.getByRole('dialog').getByText(lastOrder).waitFor();
});
