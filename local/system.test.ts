import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PartName } from './options.ts';
import type { Part, Plan } from './parts.ts';
import { planPorts } from './ports.ts';
import { startOf } from './process-identity.ts';
import { StartRefused } from './start-refused.ts';
import { makeSystem, type System } from './system.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const LASTS = 'setInterval(() => {}, 1000)';

test('services start once every stand-in is healthy and settled', async () => {
  const seen: string[] = [];
  const database = { ...part('postgres', LASTS), settle: async () => void seen.push('postgres settled') };
  const { system } = systemOf({ standIns: [database, part('azurite', LASTS)], services: [part('order', LASTS)] }, seen);
  await system.start();
  expect(seen.indexOf('postgres settled')).toBeLessThan(seen.indexOf('order started'));
  expect(seen.indexOf('azurite healthy')).toBeLessThan(seen.indexOf('order started'));
  expect(Object.keys(system.pids())).toEqual(expect.arrayContaining(['postgres', 'azurite', 'order']));
});

test('services stop before the stand-ins they use, and nothing is left', async () => {
  const goodbyes = join(temporaryDirectory(), 'goodbyes');
  const says = (name: PartName, delayMs: number): Part => {
    const ready = `${goodbyes}.${name}`;
    const goodbye = `fs.appendFileSync('${goodbyes}', '${name}\\n'); process.exit(0);`;
    const script = `process.on('SIGTERM', () => setTimeout(() => { ${goodbye} }, ${delayMs})); fs.writeFileSync('${ready}', '');`;
    return {
      ...part(name, `const fs = require('node:fs'); ${script} ${LASTS}`),
      isHealthy: async () => existsSync(ready),
    };
  };
  const { system } = systemOf({ standIns: [says('servicebus', 0)], services: [says('grpc', 100)] });
  await system.start();
  const pids = system.pids();
  await system.stop();
  expect(readFileSync(goodbyes, 'utf8').split('\n')).toEqual(['grpc', 'servicebus', '']);
  expect(Object.values(pids).map(startOf)).toEqual([undefined, undefined]);
  expect(system.pids()).toEqual({});
});

test('a part that ends right after every start refuses the whole start, with its last words', async () => {
  const broken = part('order', "console.error('ORDERS_DATABASE_URL is required'); process.exit(3)", false);
  const { system } = systemOf({ standIns: [], services: [broken] });
  const refusal = await system.start().catch((fault: unknown) => fault);
  expect(refusal).toBeInstanceOf(StartRefused);
  expect(String(refusal)).toMatch(/order keeps ending right after its start \(5 times, last with exit code 3\)/);
  expect(String(refusal)).toContain('ORDERS_DATABASE_URL is required');
});

test('a stop in the middle of a start waits for what is being prepared, and starts nothing more', async () => {
  const seen: string[] = [];
  let prepared = () => {};
  const slow = { ...part('postgres', LASTS), prepare: () => new Promise<void>((resolve) => (prepared = resolve)) };
  const { system } = systemOf({ standIns: [slow], services: [part('order', LASTS)] }, seen);
  const started = system.start();
  const stopped = system.stop();
  prepared();
  await Promise.all([started, stopped]);
  expect(seen).toEqual([]);
});

function part(name: PartName, script: string, healthy = true): Part {
  return {
    name,
    address: '',
    ports: [],
    stopSignal: 'SIGTERM',
    command: async () => ({
      command: process.execPath,
      args: ['-e', script],
      env: process.env,
      cwd: import.meta.dirname,
    }),
    isHealthy: async () => healthy,
  };
}

function systemOf(parts: Pick<Plan, 'standIns' | 'services'>, seen: string[] = []): { system: System } {
  const connections = {
    postgresAdmin: '',
    orders: '',
    inventory: '',
    serviceBus: '',
    storage: '',
    copyStorage: null,
    vaultUrl: '',
    webPubSub: '',
    insights: '',
  };
  const environments = { order: {}, inventory: {}, grpc: {} };
  const plan: Plan = {
    ...parts,
    ports: planPorts(undefined),
    connections,
    environments,
    prepareReplacements: async () => {},
  };
  const system = makeSystem(plan, temporaryDirectory(), {
    started: (name) => seen.push(`${name} started`),
    healthy: () => {},
    firstHealthy: (name) => seen.push(`${name} healthy`),
    ended: () => {},
  });
  onTestFinished(() => system.stop());
  return { system };
}
