import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from './lock.ts';
import { startOf } from './process-identity.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('a data directory has one supervisor at a time', () => {
  const file = join(temporaryDirectory(), 'lock');
  const giveBack = takeLock(file);
  expect(() => takeLock(file)).toThrow(`in use by a supervisor that is running (pid ${process.pid}`);
  giveBack();
  expect(existsSync(file)).toBe(false);
  takeLock(file)();
});

test('the lock of a supervisor whose pid is another process by now is taken over', () => {
  const file = join(temporaryDirectory(), 'lock');
  writeFileSync(file, JSON.stringify({ pid: process.pid, start: 'long before' }));
  takeLock(file);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: process.pid, start: startOf(process.pid) });
});

test('a lock that was never written to the end is taken over', () => {
  const file = join(temporaryDirectory(), 'lock');
  writeFileSync(file, '');
  takeLock(file);
  expect(readFileSync(file, 'utf8')).toContain(String(process.pid));
});

test('a lock that somebody else holds by now is not given back', () => {
  const file = join(temporaryDirectory(), 'lock');
  const giveBack = takeLock(file);
  writeFileSync(file, 'somebody else');
  giveBack();
  expect(readFileSync(file, 'utf8')).toBe('somebody else');
});
