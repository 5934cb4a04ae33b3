import { expect, test } from 'vitest';
import { nextPollAt, POLLS_MAX } from './poll-schedule.ts';

const base = { waiting: true, channel: 'down', polls: 0, lastAskedAt: 10_000, lastHeardAt: 0, notBefore: 0 } as const;

test('without the push channel the order is asked for two seconds after the last time', () => {
  expect(nextPollAt(base)).toBe(12_000);
  expect(nextPollAt({ ...base, channel: 'connecting' })).toBe(12_000);
});

test('a live channel is trusted until it has been silent for six seconds', () => {
  expect(nextPollAt({ ...base, channel: 'live', lastHeardAt: 10_500 })).toBe(16_500);
  expect(nextPollAt({ ...base, channel: 'live', lastHeardAt: 10_500, lastAskedAt: 16_500 })).toBe(18_500);
});

test('it is asked for at most 30 times', () => {
  expect(nextPollAt({ ...base, polls: POLLS_MAX - 1 })).toBe(12_000);
  expect(nextPollAt({ ...base, polls: POLLS_MAX })).toBeNull();
  expect(POLLS_MAX).toBe(30);
});

test('a settled order is not asked for', () => {
  expect(nextPollAt({ ...base, waiting: false })).toBeNull();
});

test('the service is not asked before it wants to be', () => {
  expect(nextPollAt({ ...base, notBefore: 40_000 })).toBe(40_000);
});
