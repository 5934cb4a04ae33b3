import { expect, test } from 'vitest';
import { NOON, responseTime } from '../live/events.fixture.ts';
import { chartWindow, recentTotals } from './chart-window.ts';
import { hearResponseTimes, noSeconds, SECONDS_KEPT } from './seconds.ts';

const SECOND = 1_000;

test('the average of a second is over its requests, however many events told of them', () => {
  const events = [
    responseTime(NOON, { operation: 'orders-create', averageMs: 100, count: 30 }),
    responseTime(NOON, { operation: 'orders-get', averageMs: 20, count: 10 }),
  ];
  const seconds = hearResponseTimes(noSeconds, events, NOON);
  const totals = recentTotals(seconds, NOON + SECOND, 10, 'order');
  expect(totals.count).toBe(40);
  expect(totals.durations.sumMs / totals.durations.count).toBe(80);
  expect(totals.ofChanges).toEqual({ count: 30, sumMs: 3_000, p95Ms: 100 });
});

test('two instances of a service that tell of one second are added up, in one batch or in two', () => {
  const first = responseTime(NOON, { averageMs: 100, count: 10, errors: 1 });
  const second = responseTime(NOON + 400, { averageMs: 200, count: 30, errors: 3 });
  const together = hearResponseTimes(noSeconds, [first, second], NOON + 500);
  const apart = hearResponseTimes(hearResponseTimes(noSeconds, [first], NOON + 500), [second], NOON + 500);
  const durations = { count: 40, sumMs: 7_000, p95Ms: 200 };
  const expected = { count: 40, errors: 4, durations, ofChanges: durations };
  expect(recentTotals(together, NOON + 2 * SECOND, 10)).toEqual(expected);
  expect(recentTotals(apart, NOON + 2 * SECOND, 10)).toEqual(expected);
});

test('the chart has a column for each second, null where nothing was asked, and ends before the second that runs', () => {
  const seconds = hearResponseTimes(
    noSeconds,
    [
      responseTime(NOON - 2 * SECOND, { averageMs: 40, count: 4, errors: 1 }),
      responseTime(NOON, { averageMs: 900, count: 1 }),
    ],
    NOON,
  );
  const window = chartWindow(seconds, NOON);
  expect(window.times).toHaveLength(SECONDS_KEPT - 1);
  expect(window.times.at(-1)).toBe(NOON / SECOND - 1);
  expect(window.orderAverage.slice(-2)).toEqual([40, null]);
  expect(window.requests.slice(-2)).toEqual([4, 0]);
  expect(window.errorPercent.slice(-2)).toEqual([25, null]);
});

test('five minutes of seconds are kept and no more, while the clock moves on', () => {
  let seconds = noSeconds;
  for (let second = 0; second < 1_000; second += 1) {
    const at = NOON + second * SECOND;
    seconds = hearResponseTimes(seconds, [responseTime(at, { averageMs: 10, count: 1 })], at);
  }
  expect(seconds.buckets.size).toBe(SECONDS_KEPT);
  expect(Math.min(...seconds.buckets.keys())).toBe(NOON / SECOND + 1_000 - SECONDS_KEPT);
});

test('an event that is older than five minutes is not shown', () => {
  const fresh = hearResponseTimes(noSeconds, [responseTime(NOON, { averageMs: 10, count: 1 })], NOON);
  const late = responseTime(NOON - SECONDS_KEPT * SECOND, { averageMs: 10, count: 1 });
  expect(hearResponseTimes(fresh, [late], NOON).buckets.size).toBe(1);
});

test('where the clock of the services is three minutes ahead, their present is the right edge', () => {
  const ahead = 180 * SECOND;
  const seconds = hearResponseTimes(noSeconds, [responseTime(NOON + ahead, { averageMs: 10, count: 5 })], NOON);
  expect(chartWindow(seconds, NOON + SECOND).requests.at(-1)).toBe(5);
});
