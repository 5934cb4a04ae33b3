import type { HostedFunction, TimerTrigger } from '../app/hosted-function.ts';
import type { Invoker } from '../app/invoker.ts';
import { runWithRetries } from '../app/retry-policy.ts';
import { traceContext } from '../app/trace-context.ts';
import { functionCategory, type Log } from '../log.ts';
import { StartupError } from '../startup-error.ts';
import type { Clock } from './clock.ts';
import { parseSchedule, type Schedule } from './schedule.ts';
import { NEVER, type TimerStatus, type TimerStatusStore } from './timer-status.ts';

export interface TimerListener {
  start(): void;
  /** No further firing; resolves when an invocation under way is done. */
  stop(): Promise<void>;
  /** Fires once now, by hand, without touching the schedule. */
  fireOnce(): Promise<void>;
}

export interface TimerListenerOptions {
  fn: HostedFunction<TimerTrigger>;
  invoker: Invoker;
  store: TimerStatusStore;
  clock: Clock;
  log: Log;
}

/** Looked at again at least this often, so that a machine that slept or had its clock set fires when it should. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Fires a timer function on its schedule, one invocation at a time, and remembers when it ran.
 * @throws StartupError when the schedule cannot be read.
 */
export function makeTimerListener(options: TimerListenerOptions): TimerListener {
  const { fn, invoker, store, clock, log } = options;
  const schedule = readSchedule(fn);
  const keepsStatus = fn.trigger.useMonitor && !schedule.isSubMinute(clock.now());
  const category = functionCategory(fn.name);
  let status: TimerStatus = { Last: NEVER, Next: NEVER, LastUpdated: NEVER };
  let cancelWait = () => {};
  const endRetryWaits = new Set<() => void>();
  let isStopped = true;
  let current: Promise<void> = Promise.resolve();

  const save = (newStatus: TimerStatus) => {
    status = newStatus;
    if (keepsStatus) store.write(fn.name, status);
  };

  function start(): void {
    isStopped = false;
    const now = clock.now();
    const stored = keepsStatus ? store.read(fn.name) : undefined;
    if (stored === undefined) save({ Last: NEVER, Next: iso(schedule.nextAfter(now)), LastUpdated: iso(now) });
    else save(afterDowntime(stored, schedule, now));

    if (stored !== undefined && now > Date.parse(status.Next)) {
      log('information', category, 'is past due: running now');
      fire({ isPastDue: true, isScheduled: false });
    } else if (fn.trigger.runOnStartup) fire({ isPastDue: false, isScheduled: false });
    else wait();
  }

  function wait(): void {
    if (isStopped) return;
    const remaining = Date.parse(status.Next) - clock.now();
    if (remaining > LONGEST_WAIT_MS) cancelWait = clock.after(LONGEST_WAIT_MS, wait);
    else cancelWait = clock.after(Math.max(remaining, 0), () => fire({ isPastDue: false, isScheduled: true }));
  }

  function fire(reason: { isPastDue: boolean; isScheduled: boolean }): void {
    current = run(reason.isPastDue).then(() => {
      // A clock that runs a little fast fires early; counting from the planned time avoids firing twice for it.
      const now = clock.now();
      const base = reason.isScheduled ? Math.max(now, Date.parse(status.Next)) : now;
      save({ Last: iso(base), Next: iso(schedule.nextAfter(base)), LastUpdated: iso(base) });
      wait();
    });
  }

  /** A failure is logged by the invoker and changes nothing for the schedule. */
  async function run(isPastDue: boolean): Promise<void> {
    const info = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: keepsStatus ? status : null,
      IsPastDue: isPastDue,
    };
    const inputData = [{ name: fn.trigger.bindingName, data: { json: JSON.stringify(info) } }];
    try {
      await runWithRetries(
        fn.retry,
        (retryContext) =>
          invoker.invoke(fn, { inputData, triggerMetadata: {}, retryContext, traceContext: traceContext('', '') }),
        waitBeforeRetry,
      );
    } catch {
      log('debug', category, `next run at ${iso(schedule.nextAfter(clock.now()))}`);
    }
  }

  async function waitBeforeRetry(retry: number, delayMs: number): Promise<'go on' | 'give up'> {
    if (isStopped) return 'give up';
    log('information', category, `retry ${retry} follows in ${delayMs / 1000} s`);
    await new Promise<void>((resolve) => {
      const cancel = clock.after(delayMs, resolve);
      endRetryWaits.add(() => {
        cancel();
        resolve();
      });
    });
    endRetryWaits.clear();
    return isStopped ? 'give up' : 'go on';
  }

  return {
    start,
    async stop() {
      isStopped = true;
      cancelWait();
      for (const end of endRetryWaits) end();
      await current;
    },
    fireOnce: () => run(false),
  };
}

function readSchedule(fn: HostedFunction<TimerTrigger>): Schedule {
  try {
    return parseSchedule(fn.trigger.schedule);
  } catch (cause) {
    throw new StartupError(`Function ${fn.name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A schedule that was edited since is computed anew: an edit never makes a timer past due. */
function afterDowntime(stored: TimerStatus, schedule: Schedule, now: number): TimerStatus {
  const base = Date.parse(stored.Last === NEVER ? stored.LastUpdated : stored.Last);
  const expected = schedule.nextAfter(base);
  if (expected === Date.parse(stored.Next)) return stored;
  if (now > expected) return { Last: NEVER, Next: iso(schedule.nextAfter(now)), LastUpdated: iso(now) };
  return { Last: NEVER, Next: iso(expected), LastUpdated: iso(base) };
}

const iso = (epochMs: number) => new Date(epochMs).toISOString();
