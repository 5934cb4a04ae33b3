import { ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startOf } from './process-identity.ts';
import { openProcessLog } from './process-log.ts';
import { type Launch, supervise } from './supervise.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const LASTS = "console.log('up'); setInterval(() => {}, 1000);";

test('a process that is killed is running again at once, with a new pid', async () => {
  const { events, child } = start({ script: LASTS });
  const [first] = await once(events, 'healthy-pid');
  const seen = Promise.all([once(events, 'ended'), once(events, 'started')]);
  process.kill(first, 'SIGKILL');
  const [[, how, delayMs], [, second]] = await seen;
  expect([how, delayMs]).toEqual(['SIGKILL', 0]);
  expect(second).not.toBe(first);
  expect(child.pid).toBe(second);
});

test('what a process says and how it ended is in its log', async () => {
  const { events, log } = start({ script: "console.log('out'); console.error('err'); process.exitCode = 7;" });
  const [, how] = await once(events, 'ended');
  expect(how).toBe('exit code 7');
  expect(log.lastLines()).toEqual(expect.arrayContaining(['out', 'err', '[supervisor] example ended: exit code 7']));
});

test('a process gets its environment whatever the names in it', async () => {
  const env = { 'AzureWebJobs.some-function.Disabled': 'it is = so', ORDINARY: "it's\nso" };
  const said =
    "console.log(JSON.stringify([process.env['AzureWebJobs.some-function.Disabled'], process.env.ORDINARY]))";
  const { events, log } = start({ script: said, env });
  await once(events, 'ended');
  expect(log.lastLines()).toContain(JSON.stringify(Object.values(env)));
});

test('a process that never comes up is tried with growing delays', async () => {
  const { events } = start({ script: 'process.exit(1)', healthy: false });
  const delays: unknown[] = [];
  while (delays.length < 4) delays.push((await once(events, 'ended'))[2]);
  expect(delays).toEqual([0, 100, 200, 400]);
});

test('a command that does not exist counts as a start that failed, and the log names it', async () => {
  const { events, log } = start({ script: '', command: '/nowhere/valerix' });
  const [, how] = await once(events, 'ended');
  expect(how).toBe('exit code 127');
  expect(log.lastLines().join('\n')).toContain('/nowhere/valerix');
});

test('a folder that does not exist counts as a start that failed', async () => {
  const { events } = start({ script: '', cwd: '/nowhere' });
  const [, how] = await once(events, 'ended');
  expect(how).toContain('ENOENT');
});

test('a process that its supervisor did not live to write down never begins', async () => {
  const begun = join(temporaryDirectory(), 'begun');
  const supervisor = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { writeSync } from 'node:fs';
     import { supervise } from '${new URL('./supervise.ts', import.meta.url)}';
     const command = async () => ({ command: process.execPath, cwd: '/', env: process.env,
       args: ['-e', "require('node:fs').writeFileSync(process.argv[1], ''); setInterval(() => {}, 1000)", '${begun}'] });
     supervise({ name: 'example', stopSignal: 'SIGTERM', command, isHealthy: async () => true }, { write() {}, close() {} }, {
       started(_name, pid) { writeSync(1, String(pid)); process.kill(process.pid, 'SIGKILL'); } });`,
  ]);
  const [said] = await once(supervisor.stdout, 'data');
  const pid = Number(said);
  onTestFinished(() => void (startOf(pid) !== undefined && process.kill(pid, 'SIGKILL')));
  await expect.poll(() => startOf(pid) === undefined || existsSync(begun)).toBe(true);
  expect(existsSync(begun)).toBe(false);
});

test('what never became a process is never signalled, because its pid would be anybody', async () => {
  const signalled: unknown[] = [];
  const kill = vi.spyOn(ChildProcess.prototype, 'kill').mockImplementation(function (this: ChildProcess) {
    signalled.push(this.pid);
    return true;
  });
  onTestFinished(() => kill.mockRestore());
  const { child } = start({ script: '', cwd: '/nowhere' });
  // The spawn has failed and its 'error' has not been emitted yet: the moment that a signal used to go to pid 0.
  await Promise.resolve();
  await child.stop(0);
  expect(signalled).toEqual([]);
});

test('stopping asks first and does not start it again', async () => {
  const script = `process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); ${LASTS}`;
  const { events, child, log } = start({ script });
  const [pid] = await once(events, 'healthy-pid');
  await expect.poll(() => log.lastLines()).toContain('up');
  await child.stop(5_000);
  expect(startOf(pid)).toBeUndefined();
  expect(child.pid).toBeUndefined();
  expect(readFileSync(log.file, 'utf8')).toContain('bye');
});

test('what does not stop in time is killed, and so is what it started', async () => {
  const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })`;
  const script = `process.on('SIGTERM', () => {}); console.log('grandchild ' + ${grandchild}.pid); ${LASTS}`;
  const { events, child, log } = start({ script });
  const [pid] = await once(events, 'healthy-pid');
  await expect.poll(() => log.lastLines()).toContain('up');
  const grandchildPid = Number(/grandchild (\d+)/.exec(log.lastLines().join('\n'))?.[1]);
  expect(startOf(grandchildPid)).toBeDefined();
  await child.stop(100);
  expect(startOf(pid)).toBeUndefined();
  await expect.poll(() => startOf(grandchildPid)).toBeUndefined();
});

interface Example {
  readonly script: string;
  readonly command?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly healthy?: boolean;
}

/** Supervises a small script; what happens comes as events `started`, `ended` and `healthy-pid`. */
function start(example: Example) {
  const { script, command = process.execPath, cwd = import.meta.dirname, env = process.env, healthy = true } = example;

  const events = new EventEmitter();
  const log = openProcessLog(temporaryDirectory(), 'example');
  const launch: Launch = {
    name: 'example',
    stopSignal: 'SIGTERM',
    command: async () => ({ command, args: ['-e', script], env, cwd }),
    isHealthy: async () => healthy,
  };
  const child = supervise(launch, log, {
    started: (...facts) => events.emit('started', ...facts),
    healthy: () => events.emit('healthy-pid', child.pid),
    ended: (...facts) => events.emit('ended', ...facts),
  });
  onTestFinished(() => child.stop(0));
  return { events, child, log };
}
