import type { AlertRule } from '@valerix/contracts/alerts-api';
import { describe, expect, test } from 'vitest';
import type { Sums } from '../system-metrics/request-tally.ts';
import type { Bucket, Heartbeat } from './observations.ts';
import { evaluate, type Observations } from './rules.ts';

const NOW = 1_000_000_400;
const SECOND_NOW = 1_000_000;

const none: Sums = { count: 0, errors: 0, sumMs: 0, maxMs: 0 };
const sums = (count: number, averageMs: number, errors = 0): Sums => ({
  count,
  errors,
  sumMs: count * averageMs,
  maxMs: averageMs,
});
function bucket(all: Sums, more: Partial<Bucket> = {}): Bucket {
  return { second: SECOND_NOW - 1, service: 'order', instance: 'a', all, changes: all, ...more };
}
function heartbeat(more: Partial<Heartbeat> = {}): Heartbeat {
  return {
    service: 'order',
    instance: 'a',
    at: NOW - 1_000,
    startedAt: NOW - 3_600_000,
    dependencies: { database: 'healthy' },
    breaker: null,
    ...more,
  };
}
function judge(rule: AlertRule, { buckets = [], heartbeats = [] }: Partial<Observations>, now = NOW) {
  const found = evaluate({ buckets, heartbeats }, now).judgements.find((judgement) => judgement.rule === rule);
  if (found === undefined) throw new Error(`no judgement about ${rule}`);
  return found;
}

describe('response time', () => {
  test('an empty window is green and has no value', () => {
    expect(judge('response_time', {})).toMatchObject({ state: 'green', value: null, threshold: 1_000 });
  });

  test('an average of exactly 1,000 ms is green, a hair more is red', () => {
    expect(judge('response_time', { buckets: [bucket(sums(3, 1_000))] }).state).toBe('green');
    const slow = judge('response_time', { buckets: [bucket({ ...none, count: 3, sumMs: 3_000.001 })] });
    expect(slow).toMatchObject({ state: 'red', value: expect.closeTo(1_000, 2) });
    expect(slow.reason).toContain('1,000 ms on average for 3 requests that place or change orders in the last 30 s');
  });

  test('the window is the 30 whole seconds before now, to the second at both edges', () => {
    const stateWith = (second: number, now: number) =>
      judge('response_time', { buckets: [bucket(sums(1, 2_000), { second })] }, now).state;
    const now = SECOND_NOW * 1_000;
    expect(stateWith(SECOND_NOW, now + 999)).toBe('green');
    expect(stateWith(SECOND_NOW, now + 1_000)).toBe('red');
    expect(stateWith(SECOND_NOW, now + 30_999)).toBe('red');
    expect(stateWith(SECOND_NOW, now + 31_000)).toBe('green');
  });

  test('instances are weighted by their requests, not averaged', () => {
    const idle = bucket(sums(1, 5_000), { instance: 'b' });
    const average = judge('response_time', { buckets: [bucket(sums(99, 100)), idle] });
    expect(average).toMatchObject({ state: 'green', value: (99 * 100 + 5_000) / 100 });
    expect(judge('response_time', { buckets: [bucket(sums(9, 600)), idle] })).toMatchObject({
      state: 'red',
      value: 1_040,
    });
  });

  test('fast reads do not hide slow orders', () => {
    const placed = sums(5, 2_000);
    const together = { count: 505, errors: 0, sumMs: placed.sumMs + 500 * 3, maxMs: 2_000 };
    expect(judge('response_time', { buckets: [bucket(together, { changes: placed })] })).toMatchObject({
      state: 'red',
      value: 2_000,
    });
  });

  test('slow reads are seen even when nothing is ordered, and when orders are fast', () => {
    expect(judge('response_time', { buckets: [bucket(sums(2, 1_500), { changes: none })] }).state).toBe('red');
    const mixed = { count: 3, errors: 0, sumMs: 6_010, maxMs: 3_000 };
    expect(judge('response_time', { buckets: [bucket(mixed, { changes: sums(1, 10) })] }).state).toBe('red');
  });

  test('another service is not judged by it', () => {
    const slow = bucket(sums(10, 5_000), { service: 'functions-inventory' });
    expect(judge('response_time', { buckets: [slow] })).toMatchObject({ state: 'green', value: null });
  });
});

describe('error rate', () => {
  test('5 of 100 is green, 6 of 100 is red, and none of nothing is green', () => {
    expect(judge('error_rate', {})).toMatchObject({ state: 'green', value: null, threshold: 0.05 });
    expect(judge('error_rate', { buckets: [bucket(sums(100, 1, 5))] })).toMatchObject({ state: 'green', value: 0.05 });
    expect(judge('error_rate', { buckets: [bucket(sums(100, 1, 6))] })).toMatchObject({
      state: 'red',
      reason: 'The Order service failed 6 of 100 requests in the last 30 s.',
    });
  });

  test('every share of 1 in 20 exactly is green, in any number of requests', () => {
    for (let errors = 1; errors <= 500; errors += 1) {
      expect(judge('error_rate', { buckets: [bucket(sums(errors * 20, 1, errors))] }).state).toBe('green');
      expect(judge('error_rate', { buckets: [bucket(sums(errors * 20 - 1, 1, errors))] }).state).toBe('red');
    }
  });

  test('it is that of all instances and seconds together', () => {
    const buckets = [
      bucket(sums(1, 1, 1)),
      bucket(sums(10, 1), { instance: 'b' }),
      bucket(sums(9, 1), { second: SECOND_NOW - 30 }),
    ];
    expect(judge('error_rate', { buckets })).toMatchObject({ state: 'green', value: 0.05 });
    expect(judge('error_rate', { buckets }, NOW + 1_000).state).toBe('red');
  });
});

describe('health', () => {
  test('one dependency that one instance cannot use is red, by name', () => {
    const heartbeats = [
      heartbeat(),
      heartbeat({ instance: 'b', dependencies: { database: 'unhealthy', serviceBus: 'healthy' } }),
    ];
    expect(judge('health', { heartbeats })).toMatchObject({
      state: 'red',
      value: 1,
      threshold: 0,
      reason: 'order cannot use database.',
    });
    expect(judge('health', { heartbeats: [heartbeat()] })).toMatchObject({ state: 'green', value: 0 });
    expect(judge('health', {}).state).toBe('green');
  });

  test('a service that reported, and has not for more than 30 s, is unhealthy', () => {
    const silent = { service: 'grpc-inventory-host', instance: 'g' };
    const at = (silence: number) =>
      judge('health', { heartbeats: [heartbeat(), heartbeat({ ...silent, at: NOW - silence })] });
    expect(at(30_000).state).toBe('green');
    expect(at(30_001)).toMatchObject({ state: 'red', reason: 'grpc-inventory-host has stopped reporting.' });
    expect(at(24 * 3_600_000).state).toBe('red');
    expect(at(24 * 3_600_000 + 1).state).toBe('green');
  });

  test('an instance that went away says nothing about a service whose others report', () => {
    const gone = heartbeat({ instance: 'b', at: NOW - 60_000, dependencies: { database: 'unhealthy' } });
    expect(judge('health', { heartbeats: [heartbeat(), gone] }).state).toBe('green');
  });

  test('after everything was started anew, nobody is called silent before having had 30 s to report', () => {
    const before = heartbeat({ service: 'grpc-inventory-host', at: NOW - 600_000 });
    const started = (age: number) => heartbeat({ startedAt: NOW - 1_000 - age });
    expect(judge('health', { heartbeats: [before, started(29_999)] }).state).toBe('green');
    expect(judge('health', { heartbeats: [before, started(30_000)] }).state).toBe('red');
  });
});

test('each service is described by all of its instances', () => {
  const { services } = evaluate(
    {
      buckets: [bucket(sums(4, 50, 1)), bucket(sums(1, 150), { instance: 'b' })],
      heartbeats: [
        heartbeat({ breaker: 'closed' }),
        heartbeat({ instance: 'b', breaker: 'open', at: NOW - 400, dependencies: { inventoryGrpc: 'unhealthy' } }),
        heartbeat({ service: 'silent', at: NOW - 40_000 }),
      ],
    },
    NOW,
  );
  expect(services).toEqual([
    {
      service: 'order',
      requests: 5,
      errors: 1,
      averageMs: 70,
      errorRate: 0.2,
      healthy: false,
      dependencies: { database: 'healthy', inventoryGrpc: 'unhealthy' },
      reportedAt: new Date(NOW - 400).toISOString(),
      breaker: 'open',
    },
    {
      service: 'silent',
      requests: 0,
      errors: 0,
      averageMs: null,
      errorRate: null,
      healthy: false,
      dependencies: {},
      reportedAt: new Date(NOW - 40_000).toISOString(),
      breaker: null,
    },
  ]);
});
