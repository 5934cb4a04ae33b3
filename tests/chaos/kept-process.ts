import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from '../system/shop.ts';
import { until } from '../system/until.ts';

export type Env = Readonly<Record<string, string>>;

export interface KeptProcessOptions {
  readonly name: string;
  /** Arguments of Node: the script and what it is told. */
  readonly args: readonly string[];
  /** By how often it was started before, so that each life can have a fault of its own. */
  readonly env: (starts: number) => Env;
  /** Answers 200 when it can work. */
  readonly healthUrl: string;
  readonly logFile: string;
}

/** A process under the drill's hand: whatever kills it, it is started again until it is stopped. */
export interface KeptProcess {
  readonly name: string;
  /** How often it was started again. */
  restarts(): number;
  /** How each of its lives ended so far: a signal or an exit code. */
  deaths(): readonly string[];
  signal(name: NodeJS.Signals): void;
  healthy(): Promise<void>;
  /** What it said since this keeper began. */
  log(): string;
  /** Asks it to end, and answers how it did: an exit code or a signal. */
  stop(): Promise<string>;
}

const STOP_WITHIN_MS = 20_000;
const HEALTHY_WITHIN_MS = 60_000;

// No drill leaves a process behind, however it ends.
const running = new Set<() => void>();
process.once('exit', () => {
  for (const killNow of running) killNow();
});

export function keepProcess({ name, args, env, healthUrl, logFile }: KeptProcessOptions): KeptProcess {
  let wanted = true;
  let starts = 0;
  const deaths: string[] = [];
  const logBegins = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  let child = start();

  function start(): ChildProcess {
    const log = openSync(logFile, 'a');
    const started = spawn(process.execPath, [...args], {
      env: { ...process.env, ...env(starts) },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    starts += 1;
    started.once('exit', (code, by) => {
      if (!wanted) return;
      deaths.push(String(by ?? code));
      child = start();
    });
    return started;
  }
  const signal = (which: NodeJS.Signals) => void child.kill(which);
  const killNow = () => {
    wanted = false;
    child.kill('SIGKILL');
  };
  running.add(killNow);

  return {
    name,
    restarts: () => starts - 1,
    deaths: () => deaths,
    signal,
    async healthy() {
      const isHealthy = async () => (await request(healthUrl).catch(() => undefined))?.status === 200;
      await until(`${name} to be healthy`, isHealthy, { timeoutMs: HEALTHY_WITHIN_MS });
    },
    log: () => readFileSync(logFile).subarray(logBegins).toString(),
    async stop() {
      wanted = false;
      running.delete(killNow);
      const { exitCode, signalCode } = child;
      if (exitCode !== null || signalCode !== null) return String(signalCode ?? exitCode);
      const ended = new Promise<string>((resolve) => {
        child.once('exit', (code, by) => resolve(String(by ?? code)));
      });
      child.kill('SIGTERM');
      const impatience = sleep(STOP_WITHIN_MS, undefined, { ref: false }).then(() => void child.kill('SIGKILL'));
      return Promise.race([ended, impatience.then(() => ended)]);
    },
  };
}
