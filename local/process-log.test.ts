import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProcessLog } from './process-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;

test('every line gets the time, also one that arrives in pieces', () => {
  const log = openProcessLog(temporaryDirectory(), 'order');
  log.write('first\nsec');
  log.write('ond\r\n\nthird');
  log.close();
  const lines = readFileSync(log.file, 'utf8').trimEnd().split('\n');
  expect(lines.every((line) => TIME.test(line))).toBe(true);
  expect(lines.map((line) => line.replace(TIME, ''))).toEqual(['first', 'second', 'third']);
});

test('what an earlier run said is kept once', () => {
  const directory = temporaryDirectory();
  for (const run of ['one', 'two', 'three']) {
    const log = openProcessLog(directory, 'order');
    log.write(`${run}\n`);
    log.close();
  }
  expect(readFileSync(join(directory, 'order.log'), 'utf8')).toContain('three');
  expect(readFileSync(join(directory, 'order.log.1'), 'utf8')).toContain('two');
  expect(existsSync(join(directory, 'order.log.2'))).toBe(false);
});

test('the files stay bounded while a process talks without end', () => {
  const directory = temporaryDirectory();
  const log = openProcessLog(directory, 'order', 1_000);
  for (let n = 0; n < 1_000; n += 1) log.write(`line ${n} ${'x'.repeat(50)}\n`);
  log.close();
  const kept = ['order.log', 'order.log.1'].map((name) => readFileSync(join(directory, name), 'utf8')).join('');
  expect(kept.length).toBeLessThan(3_000);
});

test('the last twenty lines are at hand', () => {
  const log = openProcessLog(temporaryDirectory(), 'order');
  for (let n = 1; n <= 30; n += 1) log.write(`line ${n}\n`);
  expect(log.lastLines()).toHaveLength(20);
  expect(log.lastLines().at(-1)).toBe('line 30');
  log.close();
});
