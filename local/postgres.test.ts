import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { until } from '../tests/system/until.ts';
import { ensureCluster } from './postgres.ts';

const homes: string[] = [];

afterEach(async () => {
  for (const home of homes.splice(0)) await rm(home, { recursive: true, force: true, maxRetries: 20 });
});

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'valerix-test-'));
  await chmod(home, 0o711);
  homes.push(home);
  return home;
}

/** Begins a cluster in a process of its own, which is killed `afterMs` into initdb; initdb itself goes on. */
async function killedStart(home: string, afterMs: number): Promise<void> {
  const script = `
    import { ensureCluster } from '${new URL('./postgres.ts', import.meta.url)}';
    await ensureCluster('${join(home, 'postgres')}', 'a password of a test');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const hasBegun = async () => (await readdir(home)).some((name) => name.startsWith('initdb-'));
  await until('initdb to begin', async () => child.exitCode !== null || (await hasBegun()), { everyMs: 1 });
  await sleep(afterMs);
  child.kill('SIGKILL');
  await ended;
}

// At each of these moments, the two used to get into each other's way in about every fifth try.
test.each([20, 100, 250])(
  'a start right after one that was killed %i ms into initdb makes a whole cluster and leaves nothing else behind',
  async (afterMs) => {
    const home = await newHome();
    await killedStart(home, afterMs);
    await ensureCluster(join(home, 'postgres'), 'a password of a test');
    expect(await readdir(join(home, 'postgres'))).toContain('PG_VERSION');
    // What is left of the killed start may be at work for a moment longer; the next start after it removes it.
    await until('what was left to be removed', async () => {
      await ensureCluster(join(home, 'postgres'), 'a password of a test');
      return (await readdir(home)).join() === 'postgres';
    });
  },
);
