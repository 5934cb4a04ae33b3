import { expect, test } from 'vitest';
import type { HostedFunction, TimerTrigger } from '../app/hosted-function.ts';
import type { Invoker } from '../app/invoker.ts';
import type { RetryPolicy } from '../app/retry-policy.ts';
import type { InvocationRequest } from '../app/rpc-types.ts';
import { makeLog } from '../log.ts';
import type { Clock } from './clock.ts';
import { makeTimerListener } from './timer-listener.ts';
import type { TimerStatus } from './timer-status.ts';

interface TimerInfo {
  IsPastDue: boolean;
  ScheduleStatus: TimerStatus | null;
}

/** A clock that moves only when told, running what falls due on the way. */
function makeManualClock(start: string) {
  let now = Date.parse(start);
  const waiting = new Set<{ at: number; callback: () => void }>();
  const clock: Clock = {
    now: () => now,
    after(delayMs, callback) {
      const entry = { at: now + delayMs, callback };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
  };
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  async function moveTo(time: string): Promise<void> {
    const target = Date.parse(time);
    await settle();
    for (;;) {
      const due = [...waiting].filter((entry) => entry.at <= target).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      waiting.delete(due);
      now = Math.max(now, due.at);
      due.callback();
      await settle();
    }
    now = target;
  }
  /** The machine sleeps: time passes and nothing runs. */
  const sleepUntil = (time: string) => {
    now = Date.parse(time);
  };
  return { clock, moveTo, sleepUntil, waiting };
}

interface Setup {
  start: string;
  trigger?: Partial<TimerTrigger>;
  retry?: RetryPolicy;
  stored?: TimerStatus;
  handler?: () => Promise<void>;
}

function makeTimer({ start, trigger = {}, retry, stored, handler = async () => {} }: Setup) {
  const manual = makeManualClock(start);
  const runs: { at: string; info: TimerInfo; retryCount: number | undefined }[] = [];
  const fn: HostedFunction<TimerTrigger> = {
    name: 'tick',
    trigger: {
      kind: 'timer',
      bindingName: 'timer',
      schedule: '0 0 * * * *',
      runOnStartup: false,
      useMonitor: true,
      ...trigger,
    },
    metadata: { name: 'tick', bindings: {} },
    callback: () => {},
    outputs: new Map(),
    retry,
    isDisabled: false,
  };
  const invoker: Invoker = {
    running: () => 0,
    async invoke(_fn, request: InvocationRequest) {
      const info: TimerInfo = JSON.parse(request.inputData[0]?.data.json ?? '');
      runs.push({ at: new Date(manual.clock.now()).toISOString(), info, retryCount: request.retryContext?.retryCount });
      await handler();
      return { invocationId: 'x' };
    },
  };
  let status = stored;
  const store = {
    read: () => status,
    write: (_name: string, written: TimerStatus) => {
      status = written;
    },
  };
  const listener = makeTimerListener({ fn, invoker, store, clock: manual.clock, log: makeLog({}, () => {}) });
  return { ...manual, runs, listener, status: () => status };
}

const HOURLY = {
  Last: '2026-11-22T08:00:00.000Z',
  Next: '2026-11-22T09:00:00.000Z',
  LastUpdated: '2026-11-22T08:00:00.000Z',
};

test('a timer fires on its schedule and remembers when', async () => {
  const timer = makeTimer({ start: '2026-11-22T08:10:00Z' });
  timer.listener.start();
  expect(timer.status()?.Next).toBe('2026-11-22T09:00:00.000Z');
  await timer.moveTo('2026-11-22T10:30:00Z');
  expect(timer.runs.map((run) => run.at)).toEqual(['2026-11-22T09:00:00.000Z', '2026-11-22T10:00:00.000Z']);
  expect(timer.runs.map((run) => run.info.IsPastDue)).toEqual([false, false]);
  expect(timer.status()).toEqual({
    Last: '2026-11-22T10:00:00.000Z',
    Next: '2026-11-22T11:00:00.000Z',
    LastUpdated: '2026-11-22T10:00:00.000Z',
  });
});

test('a timer that was due while the host was down fires once at once, as past due', async () => {
  const timer = makeTimer({ start: '2026-11-22T12:20:00Z', stored: HOURLY });
  timer.listener.start();
  await timer.moveTo('2026-11-22T12:21:00Z');
  expect(timer.runs).toEqual([
    {
      at: '2026-11-22T12:20:00.000Z',
      info: expect.objectContaining({ IsPastDue: true, ScheduleStatus: HOURLY }),
      retryCount: undefined,
    },
  ]);
  expect(timer.status()?.Next).toBe('2026-11-22T13:00:00.000Z');
});

test('a timer that was not due waits for its time', async () => {
  const timer = makeTimer({ start: '2026-11-22T08:30:00Z', stored: HOURLY });
  timer.listener.start();
  await timer.moveTo('2026-11-22T08:59:59Z');
  expect(timer.runs).toEqual([]);
});

test('an edited schedule never makes a timer past due', async () => {
  const stored = { ...HOURLY, Next: '2026-11-22T08:05:00.000Z' };
  const timer = makeTimer({ start: '2026-11-22T12:20:00Z', stored });
  timer.listener.start();
  await timer.moveTo('2026-11-22T12:21:00Z');
  expect(timer.runs).toEqual([]);
  expect(timer.status()?.Next).toBe('2026-11-22T13:00:00.000Z');
});

test('runOnStartup fires at start, and past due goes before it', async () => {
  const started = makeTimer({ start: '2026-11-22T08:30:00Z', trigger: { runOnStartup: true } });
  started.listener.start();
  await started.moveTo('2026-11-22T08:31:00Z');
  expect(started.runs.map((run) => run.info.IsPastDue)).toEqual([false]);

  const late = makeTimer({ start: '2026-11-22T12:20:00Z', trigger: { runOnStartup: true }, stored: HOURLY });
  late.listener.start();
  await late.moveTo('2026-11-22T12:21:00Z');
  expect(late.runs.map((run) => run.info.IsPastDue)).toEqual([true]);
});

test('a timer of less than a minute keeps no status', async () => {
  const timer = makeTimer({ start: '2026-11-22T08:00:00Z', trigger: { schedule: '*/20 * * * * *' } });
  timer.listener.start();
  await timer.moveTo('2026-11-22T08:01:00Z');
  expect(timer.runs).toHaveLength(3);
  expect(timer.runs[0]?.info.ScheduleStatus).toBeNull();
  expect(timer.status()).toBeUndefined();
});

test('runs of one timer never overlap, and what falls due meanwhile is left out', async () => {
  let release = () => {};
  const handler = () => new Promise<void>((resolve) => (release = resolve));
  const timer = makeTimer({ start: '2026-11-22T08:59:00Z', handler });
  timer.listener.start();
  await timer.moveTo('2026-11-22T11:30:00Z');
  expect(timer.runs).toHaveLength(1);
  release();
  await timer.moveTo('2026-11-22T12:00:00Z');
  expect(timer.runs.map((run) => run.at)).toEqual(['2026-11-22T09:00:00.000Z', '2026-11-22T12:00:00.000Z']);
});

test('a timer whose machine slept fires soon after waking, not a whole period late', async () => {
  const timer = makeTimer({ start: '2026-11-22T08:00:00Z', trigger: { schedule: '0 0 12 * * *' } });
  timer.listener.start();
  timer.sleepUntil('2026-11-22T13:00:00Z');
  await timer.moveTo('2026-11-22T13:01:00Z');
  expect(timer.runs).toHaveLength(1);
});

test('a failing run is retried as its policy says, then the schedule goes on', async () => {
  const timer = makeTimer({
    start: '2026-11-22T08:59:00Z',
    retry: { maxRetryCount: 2, delayMs: () => 5000 },
    handler: async () => {
      throw new Error('no');
    },
  });
  timer.listener.start();
  await timer.moveTo('2026-11-22T09:30:00Z');
  expect(timer.runs.map((run) => [run.at, run.retryCount])).toEqual([
    ['2026-11-22T09:00:00.000Z', 0],
    ['2026-11-22T09:00:05.000Z', 1],
    ['2026-11-22T09:00:10.000Z', 2],
  ]);
  expect(timer.status()?.Next).toBe('2026-11-22T10:00:00.000Z');
});

test('a stopped timer waits for nothing more, not even a retry', async () => {
  const timer = makeTimer({
    start: '2026-11-22T08:59:00Z',
    retry: { maxRetryCount: -1, delayMs: () => 60_000 },
    handler: async () => {
      throw new Error('no');
    },
  });
  timer.listener.start();
  await timer.moveTo('2026-11-22T09:00:30Z');
  await timer.listener.stop();
  expect(timer.runs).toHaveLength(1);
  expect(timer.waiting.size).toBe(0);
});
