import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EVERY_MS = 1_000;

export interface MemoryWatch {
  /** Resident MiB of each process so far, one figure a second. */
  readonly samples: ReadonlyMap<string, readonly number[]>;
  stop(): void;
}

/** Resident MiB of a process, as `ps` tells it. */
export async function residentMiB(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}

/** Looks at the memory of processes, by name, once a second. */
export function watchMemory(processes: Readonly<Record<string, number>>): MemoryWatch {
  const samples = new Map(Object.keys(processes).map((name) => [name, [] as number[]]));
  const look = () => {
    for (const [name, pid] of Object.entries(processes)) {
      // A process that died is found out by its orders; it has no memory to look at.
      residentMiB(pid).then(
        (mib) => samples.get(name)?.push(mib),
        () => undefined,
      );
    }
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return { samples, stop: () => clearInterval(timer) };
}
