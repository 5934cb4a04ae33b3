import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dropRecycledPidFile } from './postgres-pid-file.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('a pid file that names a process which is no PostgreSQL is removed', async () => {
  const directory = directoryWithPid(process.pid);
  await dropRecycledPidFile(directory);
  expect(existsSync(join(directory, 'postmaster.pid'))).toBe(false);
});

test('the pid file of a server that is dead stays, for PostgreSQL to look for backends that still die', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const directory = directoryWithPid(pid);
  await dropRecycledPidFile(directory);
  expect(existsSync(join(directory, 'postmaster.pid'))).toBe(true);
});

test('without a pid file there is nothing to do', async () => {
  await dropRecycledPidFile(temporaryDirectory());
});

function directoryWithPid(pid: number): string {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'postmaster.pid'), `${pid}\n${directory}\n`);
  return directory;
}
