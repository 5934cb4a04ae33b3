import { expect, test } from 'vitest';
import { makeRestartPolicy } from './restart-policy.ts';

const SECOND = 1_000;

function life(policy: ReturnType<typeof makeRestartPolicy>, during: () => void = () => {}): number {
  policy.started();
  during();
  return policy.ended();
}

test('what was healthy is started again at once, however often it dies', () => {
  const policy = makeRestartPolicy(() => 0);
  const delays = Array.from({ length: 50 }, () => life(policy, () => policy.becameHealthy()));
  expect(new Set(delays)).toEqual(new Set([0]));
});

test('what dies right after every start waits longer each time, at most five seconds', () => {
  const policy = makeRestartPolicy(() => 0);
  const delays = Array.from({ length: 9 }, () => life(policy));
  expect(delays).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 5 * SECOND, 5 * SECOND]);
  expect(policy.fruitlessStarts).toBe(9);
});

test('one healthy life ends the waiting', () => {
  const policy = makeRestartPolicy(() => 0);
  for (let n = 0; n < 6; n += 1) life(policy);
  expect(life(policy, () => policy.becameHealthy())).toBe(0);
  expect(life(policy)).toBe(0);
  expect(life(policy)).toBe(100);
});

test('ten seconds of life are no death right after the start, even without health', () => {
  let now = 0;
  const policy = makeRestartPolicy(() => now);
  for (let n = 0; n < 6; n += 1) life(policy);
  const delay = life(policy, () => {
    now += 10 * SECOND;
  });
  expect(delay).toBe(0);
  expect(policy.fruitlessStarts).toBe(0);
});
