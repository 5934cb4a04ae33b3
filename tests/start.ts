/**
 * `npm run test:start`: does what the README tells a newcomer. Starts the system with `npm start` in a fresh data
 * directory, places an order, stops it, starts it again on the same data and finds the order.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Endpoints, readEndpoints } from '../local/endpoints.ts';
import { freePortBase } from './system/free-ports.ts';
import { makeShop } from './system/shop.ts';
import { until } from './system/until.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Started {
  readonly endpoints: Endpoints;
  readonly seconds: number;
  stop(): Promise<number | null>;
}

async function npmStart(home: string, portBase: number): Promise<Started> {
  const startedAt = performance.now();
  // A group of its own: Ctrl+C in a terminal reaches npm and everything below it, as does a signal to the group.
  const child = spawn('npm', ['start', '--', '--home', home, '--port-base', String(portBase)], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
    return exited;
  };
  const endpoints = await until(
    'the system to be ready',
    async () => {
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
      const found = await readEndpoints(home).catch(() => undefined);
      // Left from an earlier run until this one is ready.
      return found !== undefined && isAlive(found.supervisor) ? found : undefined;
    },
    { timeoutMs: 120_000 },
  ).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { endpoints, seconds: (performance.now() - startedAt) / 1000, stop };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function expect(what: string, truth: boolean): void {
  if (!truth) throw new Error(`Expected ${what}.`);
  console.log(`  ${what}`);
}

const home = await mkdtemp(join(tmpdir(), 'valerix-start-'));
const portBase = await freePortBase();
try {
  const first = await npmStart(home, portBase);
  let orderId: string;
  try {
    const shop = makeShop(first.endpoints);
    const before = (await shop.product('espresso-beans-1kg')).stock;
    const answer = await shop.order({ productId: 'espresso-beans-1kg', quantity: 2 });
    orderId = String(answer.body.orderId);
    expect('an order to be answered 201 confirmed', answer.status === 201 && answer.body.status === 'confirmed');
    const after = (await shop.product('espresso-beans-1kg')).stock;
    expect(`the stock to go down by two, from ${before} to ${after}`, after === before - 2);
  } finally {
    expect('Ctrl+C to end the first start cleanly', (await first.stop()) === 0);
  }
  const second = await npmStart(home, portBase);
  try {
    const order = await makeShop(second.endpoints).find(orderId);
    expect('the order to be there after a restart', order.status === 'confirmed');
  } finally {
    expect('Ctrl+C to end the second start cleanly', (await second.stop()) === 0);
  }
  console.log(
    `ready after ${first.seconds.toFixed(1)} s at the first start, ${second.seconds.toFixed(1)} s at the second`,
  );
} finally {
  await rm(home, { recursive: true, force: true });
}
