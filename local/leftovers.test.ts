import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findLeftovers, makeChildRegistry, stopLeftovers } from './leftovers.ts';
import { startOf } from './process-identity.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('children that a killed supervisor left running are found and stopped', async () => {
  const file = join(temporaryDirectory(), 'children.json');
  const child = await startChild('');
  makeChildRegistry(file).record('order', child.pid, 'SIGTERM');
  const ended = once(child.process, 'exit');
  expect(await stopLeftovers(file)).toEqual(['order']);
  expect(await ended).toEqual([null, 'SIGTERM']);
  expect(existsSync(file)).toBe(false);
});

test('a leftover that ignores the request is killed', async () => {
  const file = join(temporaryDirectory(), 'children.json');
  const child = await startChild("process.on('SIGTERM', () => {});");
  makeChildRegistry(file).record('order', child.pid, 'SIGTERM');
  const ended = once(child.process, 'exit');
  await stopLeftovers(file, 100);
  expect(await ended).toEqual([null, 'SIGKILL']);
});

test('a stranger who got the recorded pid is never touched', async () => {
  const file = join(temporaryDirectory(), 'children.json');
  const stranger = await startChild('');
  makeChildRegistry(file).record('order', stranger.pid, 'SIGTERM');
  const [record] = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify([{ ...record, start: 'before the stranger' }]));
  expect(findLeftovers(file)).toEqual([]);
  expect(await stopLeftovers(file)).toEqual([]);
  expect(startOf(stranger.pid)).toBeDefined();
});

test('the process that replaced a crashed one is the one recorded', async () => {
  const file = join(temporaryDirectory(), 'children.json');
  const registry = makeChildRegistry(file);
  const [first, second] = [await startChild(''), await startChild('')];
  registry.record('grpc', first.pid, 'SIGTERM');
  registry.record('grpc', second.pid, 'SIGTERM');
  expect(findLeftovers(file).map(({ pid }) => pid)).toEqual([second.pid]);
});

test('a missing or damaged file means that nothing is left', async () => {
  const file = join(temporaryDirectory(), 'children.json');
  expect(await stopLeftovers(file)).toEqual([]);
  writeFileSync(file, '[{"pid":');
  expect(await stopLeftovers(file)).toEqual([]);
});

async function startChild(script: string) {
  const lasting = `${script} process.stdout.write('up'); setInterval(() => {}, 1000);`;
  const process_ = spawn(process.execPath, ['-e', lasting], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void process_.kill('SIGKILL'));
  await once(process_.stdout, 'data');
  if (process_.pid === undefined) throw new Error('The child did not start.');
  return { process: process_, pid: process_.pid };
}
