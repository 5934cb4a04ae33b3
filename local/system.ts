import { setTimeout as sleep } from 'node:timers/promises';
import type { PartName } from './options.ts';
import type { Part, Plan } from './parts.ts';
import { openProcessLog, type ProcessLog } from './process-log.ts';
import { StartRefused } from './start-refused.ts';
import { type Observer, type Supervised, supervise } from './supervise.ts';

const SECOND = 1_000;
const HEALTHY_WITHIN_MS = 60 * SECOND;
const STOPPED_WITHIN_MS = 10 * SECOND;
// PostgreSQL after a crash may need many tries until the last backend is gone; of the others a fifth try has never helped.
const FRUITLESS_STARTS = 5;

/** All supervised processes of one system. */
export interface System {
  /** Starts everything, stand-ins before services. Throws `StartRefused` when a part does not become healthy. */
  start(): Promise<void>;
  /** Stops everything in reverse order. */
  stop(): Promise<void>;
  /** Kills everything at once. */
  kill(): void;
  /** Process ids of what is running now. */
  pids(): Record<string, number>;
  logFile(name: PartName): string | undefined;
}

/** What the outside hears about the parts. */
export type SystemObserver = Observer & {
  /** A part is first healthy; milliseconds since it was asked to start. */
  firstHealthy(name: string, tookMs: number): void;
};

interface Running {
  readonly part: Part;
  readonly log: ProcessLog;
  readonly process: Supervised;
}

export function makeSystem(plan: Plan, logDirectory: string, observer: SystemObserver): System {
  const running: Running[] = [];
  const preparing: Promise<void>[] = [];
  let stopping = false;

  async function startPart(part: Part): Promise<void> {
    const askedAt = performance.now();
    const prepared = part.prepare?.() ?? Promise.resolve();
    preparing.push(prepared);
    await prepared;
    if (stopping) return;
    const log = openProcessLog(logDirectory, part.name);
    let settle: (refusal: string | undefined) => void = () => {};
    const outcome = new Promise<string | undefined>((resolve) => {
      settle = resolve;
    });
    let last = '';
    const process = supervise(part, log, {
      started: observer.started,
      healthy(name, tookMs) {
        settle(undefined);
        observer.healthy(name, tookMs);
      },
      ended(name, how, delayMs, fruitlessStarts) {
        last = `, last with ${how}`;
        observer.ended(name, how, delayMs, fruitlessStarts);
        if (part.name !== 'postgres' && fruitlessStarts >= FRUITLESS_STARTS) {
          settle(`${name} keeps ending right after its start (${fruitlessStarts} times${last})`);
        }
      },
    });
    running.push({ part, log, process });

    const patience = new AbortController();
    const late = sleep(HEALTHY_WITHIN_MS, undefined, { signal: patience.signal, ref: false }).then(
      () => settle(`${part.name} did not become healthy within ${HEALTHY_WITHIN_MS / SECOND} s${last}`),
      () => {},
    );
    const refusal = await outcome;
    patience.abort();
    await late;
    if (refusal !== undefined) throw new StartRefused(explainRefusal(refusal, log));
    await part.settle?.();
    observer.firstHealthy(part.name, performance.now() - askedAt);
  }

  async function stopAll(parts: readonly Part[]): Promise<void> {
    const affected = running.filter(({ part }) => parts.includes(part));
    await Promise.all(affected.map(({ process }) => process.stop(STOPPED_WITHIN_MS)));
  }

  return {
    async start() {
      await Promise.all([...plan.standIns.map(startPart), plan.prepareReplacements()]);
      if (!stopping) await Promise.all(plan.services.map(startPart));
    },
    async stop() {
      stopping = true;
      // A data directory half made by a process of its own must not be worked on behind the next start's back.
      await Promise.allSettled(preparing);
      await stopAll(plan.services);
      await stopAll(plan.standIns);
    },
    kill() {
      stopping = true;
      for (const { process } of running) process.kill();
    },
    pids: () =>
      Object.fromEntries(running.flatMap(({ part, process }) => (process.pid ? [[part.name, process.pid]] : []))),
    logFile: (name) => running.find(({ part }) => part.name === name)?.log.file,
  };
}

function explainRefusal(reason: string, log: ProcessLog): string {
  const lines = log.lastLines();
  const said = lines.length === 0 ? ['  (it said nothing)'] : lines.map((line) => `  ${line}`);
  return [`${reason}. The end of ${log.file}:`, ...said].join('\n');
}
