import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { writePrivately } from './home.ts';
import { isStillRunning, startOf } from './process-identity.ts';

const SECOND = 1_000;
const PATIENCE_MS = 10 * SECOND;

const recordSchema = z.object({
  name: z.string(),
  pid: z.number().int().positive(),
  start: z.string().min(1),
  stopSignal: z.enum(['SIGINT', 'SIGTERM']),
});
type ChildRecord = z.infer<typeof recordSchema>;

/** Which children the supervisor has, written down so that the next one finds those that a `kill -9` orphaned. */
export interface ChildRegistry {
  record(name: string, pid: number, stopSignal: NodeJS.Signals): void;
  clear(): void;
}

export function makeChildRegistry(file: string): ChildRegistry {
  const children = new Map<string, ChildRecord>();
  return {
    record(name, pid, stopSignal) {
      const start = startOf(pid);
      // It is over already.
      if (start === undefined) return;
      children.set(name, { name, pid, start, stopSignal: stopSignal === 'SIGINT' ? 'SIGINT' : 'SIGTERM' });
      writePrivately(file, `${JSON.stringify([...children.values()], null, 2)}\n`);
    },
    clear() {
      rmSync(file, { force: true });
    },
  };
}

/** The recorded children that are still running; a pid that has become somebody else's is not among them. */
export function findLeftovers(file: string): ChildRecord[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
  return z.array(recordSchema).catch([]).parse(content).filter(isStillRunning);
}

/** Stops what an earlier supervisor left running, and kills what does not stop. Returns the names. */
export async function stopLeftovers(file: string, patienceMs = PATIENCE_MS): Promise<string[]> {
  const leftovers = findLeftovers(file);
  for (const { pid, stopSignal } of leftovers) signal(pid, stopSignal);
  const deadline = performance.now() + patienceMs;
  let left = leftovers.filter(isStillRunning);
  while (left.length > 0) {
    if (performance.now() > deadline) for (const { pid } of left) signal(pid, 'SIGKILL');
    await sleep(20);
    left = left.filter(isStillRunning);
  }
  rmSync(file, { force: true });
  return leftovers.map(({ name }) => name);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in between.
  }
}
