import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLineOf } from './process-identity.ts';

/**
 * PostgreSQL refuses to start while the pid in its postmaster.pid is alive, even when that pid has become another
 * process's since (after a reboot, or in a container). The file of a server that is merely dead stays: PostgreSQL reads
 * in it which shared memory to check for backends that still die.
 */
export async function dropRecycledPidFile(directory: string): Promise<void> {
  const file = join(directory, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  if (!(pid > 0)) return;
  const commandLine = commandLineOf(pid);
  if (commandLine !== undefined && commandLine !== '' && !/postgres/.test(commandLine)) await rm(file, { force: true });
}
