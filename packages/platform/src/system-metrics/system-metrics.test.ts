import { parseEvent } from '@valerix/contracts/events';
import { expect, test, vi } from 'vitest';
import { makeLogger } from '../logger.ts';
import type { OutgoingMessage } from '../messaging.ts';
import { makeMetrics } from '../metrics.ts';
import { makeRequestTally, type RequestTally } from './request-tally.ts';
import { makeSystemEvents } from './system-events.ts';

const order = { operation: 'orders-create', isChange: true };

function setUp(send: (messages: readonly OutgoingMessage[]) => Promise<void> = async () => {}) {
  const clock = { ms: 100_000 };
  const now = () => clock.ms;
  const sent: OutgoingMessage[][] = [];
  const logged: string[] = [];
  const metrics = makeMetrics('test');
  const events = makeSystemEvents({
    service: 'order',
    messaging: {
      async send(_, messages) {
        sent.push([...messages]);
        await send(messages);
      },
    },
    metrics,
    logger: makeLogger('test', 'info', (line) => logged.push(JSON.parse(line).event)),
    now,
  });
  const report = async (tally: RequestTally) => {
    events.measured(tally.take());
    await events.flush();
  };
  return { clock, events, sent, logged, metrics, tally: makeRequestTally(now), report };
}

/** What a message tells; each must be readable. */
function told({ body }: OutgoingMessage) {
  const parsed = parseEvent(body);
  if (parsed.kind === 'unreadable') throw new Error(parsed.detail);
  return { type: parsed.event.eventType, timestamp: parsed.event.timestamp, ...parsed.event.data };
}

test('a second of many requests is one event per operation, and one per error', async () => {
  const { clock, tally, sent, report } = setUp();
  for (let ms = 1; ms <= 100; ms += 1) tally.add({ ...order, durationMs: ms });
  tally.add({ ...order, durationMs: 2_000, failure: 'internal_error' });
  tally.add({ ...order, durationMs: 2_000, failure: 'internal_error' });
  tally.add({ operation: 'orders-get', isChange: false, durationMs: 3 });
  clock.ms = 101_000;
  await report(tally);
  expect(sent).toHaveLength(1);
  const [placed, failed, read] = sent[0]?.map(told) ?? [];
  const timestamp = '1970-01-01T00:01:41.000Z';
  expect(placed).toMatchObject({
    type: 'ResponseTime',
    timestamp,
    service: 'order',
    operation: 'orders-create',
    count: 102,
    errorCount: 2,
    success: false,
    durationMs: (5_050 + 4_000) / 102,
    maxMs: 2_000,
  });
  const { p95Ms } = placed as unknown as { p95Ms: number };
  expect(p95Ms).toBeGreaterThanOrEqual(97);
  expect(p95Ms).toBeLessThan(97 * 1.05);
  expect(failed).toEqual({
    type: 'ErrorOccurred',
    timestamp,
    service: 'order',
    operation: 'orders-create',
    code: 'internal_error',
    count: 2,
  });
  expect(read).toMatchObject({ operation: 'orders-get', count: 1, success: true, durationMs: 3, p95Ms: 3, maxMs: 3 });
  expect(sent[0]).toHaveLength(3);
});

test('a second is told once and only when it is over', async () => {
  const { clock, tally, sent, report } = setUp();
  tally.add({ ...order, durationMs: 1 });
  clock.ms = 100_999;
  await report(tally);
  expect(sent).toEqual([]);
  clock.ms = 101_000;
  await report(tally);
  await report(tally);
  expect(sent).toHaveLength(1);
});

test('without requests nothing is sent', async () => {
  const { clock, tally, sent, report } = setUp();
  for (clock.ms = 100_000; clock.ms < 110_000; clock.ms += 1_000) await report(tally);
  expect(sent).toEqual([]);
});

test('while Service Bus is away events wait, bounded, and the newest arrive with the ids they had', async () => {
  let away = true;
  const { clock, tally, sent, events, logged, metrics, report } = setUp(async () => {
    if (away) throw new Error('no broker');
  });
  events.changed('HealthChanged', { service: 'order', dependency: 'serviceBus', healthy: false });
  for (let second = 0; second < 900; second += 1) {
    tally.add({ ...order, durationMs: second });
    clock.ms += 1_000;
    await report(tally);
  }
  // Once every five seconds, not at every chance.
  expect(sent.length).toBeLessThanOrEqual(181);
  const lastTry = sent.at(-1) ?? [];
  expect(lastTry).toHaveLength(601);
  away = false;
  clock.ms += 5_000;
  await report(tally);
  const arrived = sent.at(-1) ?? [];
  expect(arrived.map(told)[0]).toMatchObject({ type: 'HealthChanged', healthy: false });
  expect(arrived.map(told).at(-1)).toMatchObject({ type: 'ResponseTime', maxMs: 899 });
  expect(arrived).toHaveLength(601);
  expect(arrived[300]?.messageId).toBe(
    lastTry.find(({ messageId }) => messageId === arrived[300]?.messageId)?.messageId,
  );
  expect(logged).toEqual(['system_events_wait', 'system_events_resumed']);
  expect(await metrics.text()).toMatch(/^system_events_dropped_total\S* 300$/m);
});

test('a broker that hangs is not asked twice, and nobody waits for it to measure', async () => {
  let release: () => void = () => {};
  const { clock, tally, sent, events } = setUp(
    () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  );
  const flushes: Promise<void>[] = [];
  for (let second = 0; second < 3; second += 1) {
    tally.add({ ...order, durationMs: 1 });
    clock.ms += 1_000;
    events.measured(tally.take());
    flushes.push(events.flush());
  }
  expect(sent).toHaveLength(1);
  release();
  await vi.waitFor(() => expect(sent[1]).toHaveLength(2), { timeout: 15_000 });
  release();
  await Promise.all(flushes);
  expect(sent).toHaveLength(2);
});

test('a tally that nobody takes keeps the last minute', () => {
  const { clock, tally } = setUp();
  for (let second = 0; second < 1_000; second += 1) {
    tally.add({ ...order, durationMs: 1 });
    clock.ms += 1_000;
  }
  const seconds = tally.take();
  expect(seconds).toHaveLength(60);
  expect(seconds.at(-1)?.second).toBe(1_099);
});
