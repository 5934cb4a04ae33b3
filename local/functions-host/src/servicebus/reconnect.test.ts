import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePortBase } from '../../../../tests/system/free-ports.ts';
import { buildApp, removeApp } from '../../testing/build-app.ts';
import { makeBusClient, reportsIn } from '../../testing/bus-messages.ts';
import { type HostProcess, startHostProcess } from '../../testing/host-process.ts';
import { connectionString, TOPOLOGY } from '../../testing/topology.ts';

const EMULATOR = path.resolve(import.meta.dirname, '../../../servicebus-emulator/src/main.ts');

let scratch: string;
let directory: string;
let port: number;
let broker: ChildProcess | undefined;
let host: HostProcess;

/** The broker as its own process, so that it can be killed; its messages are on disk. */
async function startBroker(): Promise<void> {
  const args = [
    '--config',
    path.join(scratch, 'Config.json'),
    '--port',
    String(port),
    '--admin-port',
    '0',
    '--data',
    path.join(scratch, 'data'),
  ];
  const started = spawn(process.execPath, [EMULATOR, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  broker = started;
  await new Promise<void>((resolve, reject) => {
    started.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('listening')) resolve();
    });
    started.once('exit', (code) => reject(new Error(`the broker exited with ${code}`)));
  });
}

async function killBroker(): Promise<void> {
  const dying = broker;
  broker = undefined;
  if (dying === undefined) return;
  const exit = new Promise((resolve) => dying.once('exit', resolve));
  dying.kill('SIGKILL');
  await exit;
}

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'functions-host-broker-'));
  writeFileSync(path.join(scratch, 'Config.json'), JSON.stringify(TOPOLOGY));
  port = await freePortBase();
  directory = await buildApp('servicebus');
  host = await startHostProcess(directory, {
    env: { ServiceBusConnection: connectionString(port), WORK_QUEUE: 'work' },
  });
});

afterAll(async () => {
  await host?.stop();
  await killBroker();
  removeApp(directory);
  rmSync(scratch, { recursive: true, force: true });
});

/** Sends to a single and to a batch function and waits until both have run and settled their messages; answers when they had run. */
async function exchange(mark: string): Promise<number> {
  const bus = makeBusClient(connectionString(port));
  await bus.send('work', { body: { mark } });
  await bus.send('events', { body: { mark } });
  for (const kind of ['single', 'batch']) {
    const bodies = () => reportsIn(host.output(), kind).flatMap((report) => report.body);
    await expect.poll(bodies, { interval: 10 }).toContainEqual({ mark });
  }
  const hadRunAt = performance.now();
  for (const entity of ['work', 'events/Subscriptions/batch']) await bus.untilEmpty(entity);
  await bus.close();
  return hadRunAt;
}

const outages = () => host.output().split('cannot be reached').length - 1;
const recoveries = () => host.output().split('is reached again').length - 1;

test('a host without a broker is ready, says so once, and connects when the broker comes', async () => {
  await host.untilOutput('ServiceBusConnection cannot be reached, will keep trying');
  await startBroker();
  await exchange('first');
  await expect.poll(recoveries).toBe(1);
  expect(outages()).toBe(1);
});

test('after the broker was killed the listeners resume within seconds, and each outage is one line', async () => {
  for (const [round, mark] of ['second', 'third'].entries()) {
    await killBroker();
    await expect.poll(outages).toBe(round + 2);
    await startBroker();
    const backAt = performance.now();
    // 0.5 s between attempts; the SDK alone would wait for 30 s.
    expect((await exchange(mark)) - backAt).toBeLessThan(10_000);
    await expect.poll(recoveries).toBe(round + 2);
    expect(outages()).toBe(round + 2);
  }
});

test('messages under way when the broker dies are finished, come again and are completed then', async () => {
  const bus = makeBusClient(connectionString(port));
  await bus.send('work', { body: { waitFor: 'single' } });
  await bus.send('events', { body: { waitFor: 'batch' } });
  const runs = (kind: string, name: string) =>
    reportsIn(host.output(), kind).filter((report) => JSON.stringify(report.body).includes(`"waitFor":"${name}"`))
      .length;
  await expect.poll(() => [runs('single', 'single'), runs('batch', 'batch')]).toEqual([1, 1]);
  await bus.close();
  await killBroker();
  await expect.poll(outages).toBe(4);
  await startBroker();

  const release = async (name: string) => (await host.fetch(`/api/release/${name}`)).status;
  // The second run of the one begins beside the first, that of the other when the first has ended.
  await expect.poll(() => runs('single', 'single')).toBe(2);
  for (const name of ['single', 'batch']) expect(await release(name)).toBe(200);
  await expect.poll(() => runs('batch', 'batch')).toBe(2);
  for (const name of ['single', 'batch']) await expect.poll(() => release(name)).toBe(200);
  const after = makeBusClient(connectionString(port));
  await after.untilEmpty('work');
  await after.untilEmpty('events/Subscriptions/batch');
  await after.close();
});

test('a broker that falls silent before a batch is settled holds the listener up for seconds, not for a minute', async () => {
  const bus = makeBusClient(connectionString(port));
  await bus.send('events', { body: { waitFor: 'silence' } });
  await bus.close();
  await host.untilOutput('"waitFor":"silence"');
  const outagesBefore = outages();
  broker?.kill('SIGSTOP');
  const silentAt = performance.now();
  expect((await host.fetch('/api/release/silence')).status).toBe(200);
  await host.untilOutput('could not complete 1 of 1 message(s)');
  expect(performance.now() - silentAt).toBeLessThan(20_000);
  await killBroker();
  await expect.poll(outages).toBe(outagesBefore + 1);
  await startBroker();
  await expect.poll(() => host.fetch('/api/release/silence').then(({ status }) => status)).toBe(200);
  await exchange('fourth');
}, 60_000);

test('a broker that stays away does not keep the host from stopping', async () => {
  await killBroker();
  await expect.poll(outages).toBe(6);
  expect(await host.stop()).toBe(0);
});
