import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../system/until.ts';

export interface StartedAlone {
  readonly pid: number;
  /** From the start of the process to its first answer, whatever that said. */
  readonly answersMs: number;
  /** From the start of the process to the first `200` of `/health`, which uses every dependency. */
  readonly healthyMs: number;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly healthUrl: string;
  readonly uid?: number;
  readonly gid?: number;
}

export async function startAlone({ command, args, healthUrl, ...options }: Launch): Promise<StartedAlone> {
  const startedAt = performance.now();
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + String(chunk)).slice(-4_000);
    });
  }
  let answersMs: number | undefined;
  const isHealthy = async () => {
    if (hasEnded(child)) throw new Error(`${command} ended with ${child.exitCode ?? child.signalCode}.`);
    const answer = await fetch(healthUrl).catch(() => undefined);
    if (answer === undefined) return false;
    answersMs ??= performance.now() - startedAt;
    await answer.arrayBuffer();
    return answer.ok;
  };
  const stop = async () => {
    if (hasEnded(child)) return child.exitCode;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    return child.exitCode;
  };
  try {
    await until(`${healthUrl} to be healthy`, isHealthy, { everyMs: 10 });
  } catch (error) {
    await stop();
    throw new Error(`${error instanceof Error ? error.message : error}\n${output}`, { cause: error });
  }
  const healthyMs = performance.now() - startedAt;
  return { pid: child.pid ?? 0, answersMs: answersMs ?? healthyMs, healthyMs, stop };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;
