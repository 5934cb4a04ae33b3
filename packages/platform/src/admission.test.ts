import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Admission, type AdmissionOptions, type Entry, makeAdmission } from './admission.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const limits: AdmissionOptions = { maxInFlight: 2, maxWaiting: 3, maxWaitMs: 1_000, overloadWaitMs: 100 };

/** Callers by number, and what each was told so far. */
function callersOf(admission: Admission) {
  const told = new Map<number, Entry>();
  return {
    arrive(...callers: number[]) {
      for (const caller of callers) void Promise.resolve(admission.enter()).then((entry) => told.set(caller, entry));
    },
    async leave(...callers: number[]) {
      for (const caller of callers) {
        const entry = told.get(caller);
        if (entry?.kind === 'admitted') entry.leave();
      }
      await vi.advanceTimersByTimeAsync(0);
    },
    async pass(ms: number) {
      await vi.advanceTimersByTimeAsync(ms);
    },
    said: () =>
      Object.fromEntries([...told].map(([caller, entry]) => [caller, entry.kind === 'refused' ? entry.reason : 'in'])),
  };
}

test('as many as may be are let in at once, the others in the order in which they came', async () => {
  const admission = makeAdmission(limits);
  const callers = callersOf(admission);
  callers.arrive(1, 2, 3, 4, 5);
  await callers.pass(0);
  expect(callers.said()).toEqual({ 1: 'in', 2: 'in' });
  expect([admission.inFlight(), admission.waiting()]).toEqual([2, 3]);
  await callers.leave(2);
  expect(callers.said()).toEqual({ 1: 'in', 2: 'in', 3: 'in' });
  await callers.leave(1, 3);
  await callers.leave(4, 5);
  expect([admission.inFlight(), admission.waiting()]).toEqual([0, 0]);
});

test('leaving twice frees one place', async () => {
  const admission = makeAdmission(limits);
  const callers = callersOf(admission);
  callers.arrive(1, 2);
  await callers.leave(1);
  await callers.leave(1, 1);
  expect(admission.inFlight()).toBe(1);
});

test('whoever finds the queue full is refused at once', async () => {
  const callers = callersOf(makeAdmission(limits));
  callers.arrive(1, 2, 3, 4, 5, 6);
  await callers.pass(0);
  expect(callers.said()).toEqual({ 1: 'in', 2: 'in', 6: 'queue_full' });
  await callers.leave(1, 2);
  await callers.leave(3, 4, 5);
});

test('a burst that fits the queue is let wait, even when nobody leaves for long', async () => {
  const callers = callersOf(makeAdmission(limits));
  callers.arrive(1, 2, 3, 4, 5);
  await callers.pass(999);
  await callers.leave(1, 2);
  await callers.leave(3, 4);
  expect(callers.said()).toEqual({ 1: 'in', 2: 'in', 3: 'in', 4: 'in', 5: 'in' });
});

test('nobody waits for longer than the limit, though nobody leaves', async () => {
  const callers = callersOf(makeAdmission(limits));
  callers.arrive(1, 2, 3);
  await callers.pass(500);
  callers.arrive(4);
  await callers.pass(499);
  expect(callers.said()).toEqual({ 1: 'in', 2: 'in' });
  await callers.pass(1);
  expect(callers.said()).toEqual({ 1: 'in', 2: 'in', 3: 'waited_too_long', 4: 'waited_too_long' });
});

test('once the queue overflowed, patience is short until it has been empty', async () => {
  const admission = makeAdmission(limits);
  const callers = callersOf(admission);
  callers.arrive(1, 2, 3, 4, 5, 6);
  await callers.pass(99);
  expect(callers.said()).toEqual({ 1: 'in', 2: 'in', 6: 'queue_full' });
  await callers.pass(1);
  expect(callers.said()).toMatchObject({ 3: 'waited_too_long', 4: 'waited_too_long', 5: 'waited_too_long' });
  callers.arrive(7);
  await callers.pass(999);
  await callers.leave(1);
  expect(callers.said()).toMatchObject({ 7: 'in' });
});

test('a queue that stands for as long as a burst may last is an overload too', async () => {
  const callers = callersOf(makeAdmission(limits));
  callers.arrive(1, 2, 3);
  // One leaves and one comes every 400 ms: the queue is never empty, nobody waits for long.
  await callers.pass(400);
  callers.arrive(4);
  await callers.leave(1);
  await callers.pass(400);
  callers.arrive(5);
  await callers.leave(2);
  expect(callers.said()).toMatchObject({ 3: 'in', 4: 'in' });
  await callers.pass(150);
  callers.arrive(6);
  await callers.pass(49);
  expect(callers.said()[5]).toBeUndefined();
  // 1,000 ms after the queue formed, the one who has waited 200 ms goes, and the next one after 100 ms.
  await callers.pass(1);
  await callers.leave(3);
  expect(callers.said()).toMatchObject({ 5: 'waited_too_long', 6: 'in' });
});

test('without a queue, everyone beyond the limit is refused at once', async () => {
  const callers = callersOf(makeAdmission({ ...limits, maxWaiting: 0 }));
  callers.arrive(1, 2, 3);
  await callers.pass(0);
  expect(callers.said()).toEqual({ 1: 'in', 2: 'in', 3: 'queue_full' });
});
