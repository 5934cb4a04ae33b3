import type { HealthReport } from '@valerix/contracts/health';
import { expect, test } from 'vitest';
import { noAlerts } from '../alerts/alerts.ts';
import { makeEvent, NOON } from '../live/events.fixture.ts';
import { hearHealthChanges, mergeCheck, noHealth } from './health.ts';
import { serviceRows } from './service-rows.ts';

const report = (at: number, grpc: 'healthy' | 'unhealthy'): HealthReport => ({
  status: grpc,
  service: 'order',
  timestamp: new Date(at).toISOString(),
  dependencies: {
    database: { status: 'healthy', latencyMs: 3 },
    inventoryGrpc: { status: grpc, latencyMs: 4 },
  },
});

const check = (at: number, grpc: 'healthy' | 'unhealthy') => ({
  service: 'order' as const,
  report: report(at, grpc),
  roundTripMs: 12,
  checkedAt: at,
});

const stateOf = (health: Parameters<typeof serviceRows>[0], name: RegExp) =>
  serviceRows(health, noAlerts).find((row) => name.test(row.name))?.state;

test('a host that the Order service cannot reach is shown as unreachable, and heals with the next check', () => {
  const down = mergeCheck(noHealth, check(NOON, 'unhealthy'));
  expect([stateOf(down, /^Order/), stateOf(down, /gRPC/)]).toEqual(['unhealthy', 'unreachable']);
  const up = mergeCheck(down, check(NOON + 5_000, 'healthy'));
  expect([stateOf(up, /^Order/), stateOf(up, /gRPC/)]).toEqual(['healthy', 'healthy']);
});

test('a service that gives no answer is unreachable, whatever its last report said', () => {
  const up = mergeCheck(noHealth, check(NOON, 'healthy'));
  const gone = mergeCheck(up, { service: 'order', report: undefined, roundTripMs: 4_000, checkedAt: NOON + 5_000 });
  expect(stateOf(gone, /^Order/)).toBe('unreachable');
});

test('a pushed change counts at once, and a check that was made before it does not take it back', () => {
  const up = mergeCheck(noHealth, check(NOON, 'healthy'));
  const change = { service: 'order', dependency: 'inventoryGrpc', healthy: false };
  const heard = hearHealthChanges(up, [makeEvent('HealthChanged', change, NOON + 2_000)]);
  expect(stateOf(heard, /gRPC/)).toBe('unreachable');
  expect(stateOf(mergeCheck(heard, check(NOON + 1_000, 'healthy')), /gRPC/)).toBe('unreachable');
  expect(stateOf(mergeCheck(heard, check(NOON + 3_000, 'healthy')), /gRPC/)).toBe('healthy');
});
