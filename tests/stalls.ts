/**
 * `npm run test:stalls -- [what Vitest takes]`: runs the tests while all of their processes stand still together, again and
 * again, for up to a second, as on a machine whose host gives its time to somebody else. A test that fails then counts on
 * the clock.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { between, seededRandom } from './chaos/random.ts';
import { freezeFamily } from './system/process-family.ts';

/** ms between two stalls, and of one. */
const APART = [500, 2_500] as const;
const STALL = [300, 1_000] as const;

// npm puts vitest on the PATH. Ctrl+C reaches it as well, and its end is waited for, so that nothing is left standing still.
process.on('SIGINT', () => {});
const tests = spawn('vitest', ['run', ...process.argv.slice(2)], { stdio: 'inherit' });
await once(tests, 'spawn');
const ended = once(tests, 'exit');

const random = seededRandom(Date.now());
let stalls = 0;
let stalledMs = 0;
while (tests.pid !== undefined) {
  await pause(between(random, ...APART));
  if (tests.exitCode !== null || tests.signalCode !== null) break;
  const ms = between(random, ...STALL);
  const goOn = freezeFamily(tests.pid);
  await pause(ms);
  goOn();
  stalls += 1;
  stalledMs += ms;
}
console.log(`Everything stood still ${stalls} times, ${(stalledMs / 1000).toFixed(1)} s in all.`);
const [code] = await ended;
process.exit(code ?? 1);
