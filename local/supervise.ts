import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntilHealthy } from './health-gate.ts';
import type { ProcessLog } from './process-log.ts';
import { makeRestartPolicy } from './restart-policy.ts';

export interface LaunchCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The system user to run as, where it is not our own. */
  readonly user?: { readonly uid?: number; readonly gid?: number };
}

/** A process to keep running. */
export interface Launch {
  readonly name: string;
  /** Asked before every start; what it throws counts as a start that failed. */
  command(): Promise<LaunchCommand>;
  isHealthy(): Promise<boolean>;
  readonly stopSignal: NodeJS.Signals;
}

export interface Observer {
  /** It begins once this has returned. */
  started(name: string, pid: number): void;
  /** Milliseconds since this start. */
  healthy(name: string, tookMs: number): void;
  /** It ended without being asked to, and is started again after `delayMs`. */
  ended(name: string, how: string, delayMs: number, fruitlessStarts: number): void;
}

/** One process under supervision. */
export interface Supervised {
  readonly name: string;
  readonly pid: number | undefined;
  /** Asks it to stop, and kills it when it has not within `withinMs`. It is not started again. */
  stop(withinMs: number): Promise<void>;
  /** Kills it at once. It is not started again. */
  kill(): void;
}

/**
 * Holds the command that follows until a line comes, and then becomes it, under the same pid. A supervisor that dies
 * between starting a process and writing down which would leave one that nobody finds; so it begins only afterwards.
 */
const HOLD = ['-c', 'read -r _ && exec "$@" </dev/null', 'hold'] as const;

/** A shell keeps no variable whose name it could not use itself, such as the Functions host's: they are given once more. */
function withOddNames(env: NodeJS.ProcessEnv): string[] {
  const odd = Object.entries(env).filter(([name, value]) => value !== undefined && !/^[A-Za-z_]\w*$/.test(name));
  return odd.length === 0 ? [] : ['env', ...odd.map(([name, value]) => `${name}=${value}`)];
}

/** Starts a process and starts it again whenever it ends, until `stop` or `kill`. */
export function supervise(
  launch: Launch,
  log: ProcessLog,
  observer: Observer,
  now = () => performance.now(),
): Supervised {
  const policy = makeRestartPolicy(now);
  const halt = new AbortController();
  let running: ChildProcess | undefined;

  async function keepRunning(): Promise<void> {
    while (!halt.signal.aborted) {
      const how = await runOnce().catch((fault: unknown) => (fault instanceof Error ? fault.message : String(fault)));
      if (halt.signal.aborted) return;
      const delayMs = policy.ended();
      log.write(`\n[supervisor] ${launch.name} ended: ${how}\n`);
      observer.ended(launch.name, how, delayMs, policy.fruitlessStarts);
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: halt.signal }).catch(() => {});
    }
  }

  async function runOnce(): Promise<string> {
    policy.started();
    const { command, args, env, cwd, user } = await launch.command();
    if (halt.signal.aborted) return 'stopped before it started';
    const startedAt = now();
    // A process group of its own: Ctrl+C in the terminal reaches the supervisor alone, which stops the parts in order.
    const child = spawn('sh', [...HOLD, ...withOddNames(env), command, ...args], {
      env,
      cwd,
      ...user,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = endOf(child);
    // Nothing to signal: until its 'error' comes, `kill` of a process that could not be started goes to whatever number
    // is in an uninitialised field, such as 0, which is our own process group.
    if (child.pid === undefined) return await ended;
    running = child;
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', log.write);
    // It may have been killed meanwhile.
    child.stdin.on('error', () => {});
    observer.started(launch.name, child.pid);
    child.stdin.end('begin\n');

    const over = new AbortController();
    void waitUntilHealthy(launch.isHealthy, over.signal).then((healthy) => {
      if (!healthy || halt.signal.aborted) return;
      policy.becameHealthy();
      observer.healthy(launch.name, now() - startedAt);
    });
    const how = await ended;
    over.abort();
    running = undefined;
    signalGroup(child, 'SIGKILL');
    return how;
  }

  const finished = keepRunning();
  return {
    name: launch.name,
    get pid() {
      return running?.pid;
    },
    async stop(withinMs) {
      halt.abort();
      running?.kill(launch.stopSignal);
      const patience = new AbortController();
      const impatience = sleep(withinMs, undefined, { signal: patience.signal }).then(
        () => running && signalGroup(running, 'SIGKILL'),
        () => {},
      );
      await finished;
      patience.abort();
      await impatience;
      log.close();
    },
    kill() {
      halt.abort();
      if (running) signalGroup(running, 'SIGKILL');
    },
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    // Without a listener of its own an 'error' (the command does not exist) would end the supervisor.
    child.on('error', (fault) => child.pid === undefined && resolve(fault.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
}

/** Reaches whatever the process left behind as well (`func` starts workers of its own). */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
