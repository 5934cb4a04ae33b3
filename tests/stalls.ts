/**
 * `npm run test:stalls -- [what Vitest takes]`: runs the tests while all of their processes stand still together, again and
 * again, for up to a second, as on a machine whose host gives its time to somebody else. A test that fails then counts on
 * the clock. Reads the processes from /proc, so it needs Linux.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { between, seededRandom } from './chaos/random.ts';

/** ms between two stalls, and of one. */
const APART = [500, 2_500] as const;
const STALL = [300, 1_000] as const;

interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly isStopped: boolean;
}

/** What runs on this machine; a process that ends meanwhile is left out. */
function running(): Running[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The command in brackets may hold spaces and brackets itself.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(name), parent: Number(parent), isStopped: state === 'T' }];
    } catch {
      return [];
    }
  });
}

/** Everything below a process that a test has not stopped itself. */
function runningBelow(root: number): number[] {
  const all = running();
  const family = new Set([root]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return all.filter(({ pid, isStopped }) => family.has(pid) && !isStopped).map(({ pid }) => pid);
}

function signal(pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended meanwhile.
    }
  }
}

// npm puts vitest on the PATH. Ctrl+C reaches it as well, and its end is waited for, so that nothing is left standing still.
process.on('SIGINT', () => {});
const tests = spawn('vitest', ['run', ...process.argv.slice(2)], { stdio: 'inherit' });
const ended = new Promise<number>((resolve) => tests.once('exit', (code) => resolve(code ?? 1)));
let code: number | undefined;
void ended.then((exit) => {
  code = exit;
});

const random = seededRandom(Date.now());
let stalls = 0;
let stalledMs = 0;
while (code === undefined) {
  await Promise.race([ended, pause(between(random, ...APART), undefined, { ref: false })]);
  if (code !== undefined || tests.pid === undefined) break;
  const family = runningBelow(tests.pid);
  const ms = between(random, ...STALL);
  signal(family, 'SIGSTOP');
  await pause(ms);
  signal(family, 'SIGCONT');
  stalls += 1;
  stalledMs += ms;
}
console.log(`Everything stood still ${stalls} times, ${(stalledMs / 1000).toFixed(1)} s in all.`);
process.exit(await ended);
