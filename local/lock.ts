import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { isStillRunning, startOf } from './process-identity.ts';
import { StartRefused } from './start-refused.ts';

const holderSchema = z.object({ pid: z.number().int(), start: z.string() });

/**
 * Makes this process the one supervisor of a data directory; throws `StartRefused` while another one lives.
 * A lock whose holder is gone (its pid may belong to somebody else by now) is taken over.
 * Returns the function that gives the lock back.
 */
export function takeLock(file: string): () => void {
  const mine = JSON.stringify({ pid: process.pid, start: startOf(process.pid) ?? '' });
  while (!tryCreate(file, mine)) {
    const found = readOrNothing(file);
    const holder = found === undefined ? undefined : parseHolder(found);
    if (holder !== undefined && isStillRunning(holder)) {
      throw new StartRefused(
        `This data directory is in use by a supervisor that is running (pid ${holder.pid}, ${file}).\nStop that one, or start a second system with --home DIR --port-base N.`,
      );
    }
    removeStale(file, found);
  }
  return () => {
    if (readOrNothing(file) === mine) rmSync(file, { force: true });
  };
}

function tryCreate(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'EEXIST') return false;
    throw fault;
  }
}

/** Two that find the same stale lock: only one can move it away, and whoever moved a fresh one puts it back. */
function removeStale(file: string, stale: string | undefined): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readOrNothing(aside);
  if (moved !== undefined && moved !== stale) tryCreate(file, moved);
  rmSync(aside, { force: true });
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parseHolder(content: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}
