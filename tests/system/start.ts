import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Endpoints, readEndpoints } from '../../local/endpoints.ts';
import { freePortBase } from './free-ports.ts';
import { until } from './until.ts';

const up = fileURLToPath(new URL('../../local/up.ts', import.meta.url));
const START_TIMEOUT_MS = 120_000;

export interface RunningSystem {
  readonly home: string;
  /** What runs where, read anew: process ids change when a process is restarted. */
  endpoints(): Promise<Endpoints>;
  /** What the supervisor printed so far. */
  console(): string;
  /** Ctrl+C: everything stops and, unless `keep`, the data is removed. Answers the supervisor's exit code. */
  stop(options?: { keep?: boolean }): Promise<number | null>;
}

export interface SystemOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Parts that the supervisor leaves out. */
  readonly without?: readonly string[];
  /** Runs both sites as well, as only a browser needs them. */
  readonly sites?: boolean;
  readonly portBase?: number;
  readonly home?: string;
}

/** The whole system as `npm start` runs it, without the sites unless asked for, on ports and in a data directory of its own. */
export async function startSystem(options: SystemOptions = {}): Promise<RunningSystem> {
  // Below the temporary directory every user may pass, which the account that runs PostgreSQL needs.
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'valerix-')));
  const portBase = options.portBase ?? (await freePortBase());
  const sites = options.sites ? [] : ['storefront', 'dashboard'];
  const without = [...(options.without ?? []), ...sites].flatMap((part) => ['--without', part]);
  const child = spawn(process.execPath, [up, '--port-base', String(portBase), '--home', home, ...without], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });

  const stop = async ({ keep = false } = {}) => {
    const code = await ended(child);
    if (!keep) await rm(home, { recursive: true, force: true });
    return code;
  };
  const ready = async () => {
    if (child.exitCode !== null) throw new Error(`The system did not start (exit code ${child.exitCode}).`);
    // Left from an earlier run until this one is ready.
    return (await readEndpoints(home).catch(() => undefined))?.supervisor === child.pid;
  };
  try {
    await until('the system to be healthy', ready, { timeoutMs: START_TIMEOUT_MS });
  } catch (error) {
    await stop({ keep: true });
    throw new Error(`${error instanceof Error ? error.message : error}\n${output}`, { cause: error });
  }
  return { home, endpoints: () => readEndpoints(home), console: () => output, stop };
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill('SIGINT');
  });
}
