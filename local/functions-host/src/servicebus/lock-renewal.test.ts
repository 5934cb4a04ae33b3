import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepLocked } from './lock-renewal.ts';

const LOCK_MS = 30_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A message locked for 30 s, and a receiver that renews it (or fails to) and notes when it was asked. */
function makeLocked(isBrokerUp: () => boolean = () => true) {
  const renewals: number[] = [];
  const message = { lockedUntilUtc: new Date(LOCK_MS) } as ServiceBusReceivedMessage;
  const receiver = {
    async renewMessageLock() {
      renewals.push(Date.now());
      if (!isBrokerUp()) throw new Error('gone');
      message.lockedUntilUtc = new Date(Date.now() + LOCK_MS);
      return message.lockedUntilUtc;
    },
  } as unknown as ServiceBusReceiver;
  return { renewals, message, receiver };
}

test('a lock is renewed well before it expires, again and again, until it is released', async () => {
  const { renewals, message, receiver } = makeLocked();
  const release = keepLocked(receiver, message, 300_000);
  await vi.advanceTimersByTimeAsync(65_000);
  expect(renewals).toEqual([20_000, 40_000, 60_000]);
  release();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(renewals).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});

test('renewal ends at maxAutoLockRenewalDuration', async () => {
  const { renewals, message, receiver } = makeLocked();
  keepLocked(receiver, message, 50_000);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(renewals).toEqual([20_000, 40_000]);
});

test('a duration of zero renews nothing and a negative one has no end', async () => {
  const none = makeLocked();
  keepLocked(none.receiver, none.message, 0);
  const endless = makeLocked();
  const release = keepLocked(endless.receiver, endless.message, -0.0001);
  await vi.advanceTimersByTimeAsync(1_000_000);
  expect(none.renewals).toEqual([]);
  expect(endless.renewals).toHaveLength(50);
  release();
});

test('a failed renewal is tried again while the lock lasts, and given up after it', async () => {
  let isUp = false;
  const back = makeLocked(() => isUp);
  const release = keepLocked(back.receiver, back.message, 300_000);
  await vi.advanceTimersByTimeAsync(22_500);
  isUp = true;
  await vi.advanceTimersByTimeAsync(5000);
  expect(back.renewals).toEqual([20_000, 21_000, 22_000, 23_000]);
  release();

  vi.setSystemTime(0);
  const gone = makeLocked(() => false);
  keepLocked(gone.receiver, gone.message, 300_000);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(gone.renewals.at(-1)).toBeLessThanOrEqual(LOCK_MS);
  expect(vi.getTimerCount()).toBe(0);
});
