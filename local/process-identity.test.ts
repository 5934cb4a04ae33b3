import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isStillRunning, startOf, ticksFromStat } from './process-identity.ts';

const statLine = (state: string, threads: number) =>
  `4711 (node (odd) name) ${state} 1 4711 4711 0 -1 4228364 1 0 0 0 2 1 0 0 20 0 ${threads} 0 808550 0 0`;

test('a running process is known by when it started', () => {
  expect(ticksFromStat(statLine('S', 11))).toBe('808550');
});

test('a killed process whose last thread has ended is gone', () => {
  expect(ticksFromStat(statLine('Z', 1))).toBeUndefined();
  expect(ticksFromStat(statLine('X', 0))).toBeUndefined();
});

test('a killed process with a thread left still has its ports, so it counts as running', () => {
  expect(ticksFromStat(statLine('Z', 2))).toBe('808550');
});

test('a real process is running until it is killed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const recorded = { pid: child.pid ?? 0, start: startOf(child.pid ?? 0) ?? '' };
  expect(isStillRunning(recorded)).toBe(true);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  expect(isStillRunning(recorded)).toBe(false);
});
