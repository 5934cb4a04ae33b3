import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const MAIN = path.resolve(import.meta.dirname, '../src/main.ts');

export interface HostProcess {
  readonly url: string;
  readonly child: ChildProcess;
  output(): string;
  /** Waits until the output holds this text. */
  untilOutput(text: string | RegExp): Promise<void>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  exited(): Promise<number | null>;
  /** SIGTERM, then the exit code. */
  stop(): Promise<number | null>;
}

export interface HostProcessOptions {
  args?: string[];
  env?: Record<string, string>;
}

/** Starts the real host as a child process on a free port, and waits until it says it is ready. */
export async function startHostProcess(appDirectory: string, options: HostProcessOptions = {}): Promise<HostProcess> {
  const host = spawnHost(appDirectory, options);
  const url = await new Promise<string>((resolve, reject) => {
    host.child.on('message', (message: { kind: string; url: string }) => resolve(message.url));
    void host.exited().then((code) => reject(new Error(`the host exited with ${code}:\n${host.output()}`)));
  });
  await host.untilOutput('ready on');
  return { ...host, url, fetch: (target, init) => fetch(url + target, init) };
}

/** Starts a host that is expected not to come up. */
export async function runFailingHost(
  appDirectory: string,
  options: HostProcessOptions = {},
): Promise<{ code: number | null; output: string }> {
  const host = spawnHost(appDirectory, options);
  return { code: await host.exited(), output: host.output() };
}

export function spawnHost(appDirectory: string, { args = [], env = {} }: HostProcessOptions) {
  const child = spawn(process.execPath, [MAIN, '--app', appDirectory, '--port', '0', ...args], {
    env: { ...withoutTestVariables(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  const listeners = new Set<() => void>();
  const collect = (chunk: Buffer) => {
    text += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  // Not 'close': Node never emits it once the IPC channel was closed by hand.
  const exit = Promise.all([
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
    new Promise((resolve) => child.stdout?.once('close', resolve)),
    new Promise((resolve) => child.stderr?.once('close', resolve)),
  ]).then(([code]) => code);
  const has = (wanted: string | RegExp) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));

  return {
    child,
    output: () => text,
    exited: () => exit,
    async untilOutput(wanted: string | RegExp): Promise<void> {
      await new Promise<void>((resolve, reject) => {
        const check = () => {
          if (!has(wanted)) return;
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        void exit.then(() => reject(new Error(`the host exited before it printed ${wanted}:\n${text}`)));
        check();
      });
    },
    async stop(): Promise<number | null> {
      child.kill('SIGTERM');
      return exit;
    },
  };
}

/** Vitest's own variables must not reach the host. */
function withoutTestVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(VITEST|NODE_OPTIONS|NODE_ENV|TEST$)/.test(name)),
  );
}
