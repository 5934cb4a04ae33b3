import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import {
  adminUrl,
  ensureCluster,
  postgresCommand,
  THROW_AWAY_SETTINGS,
  waitForPostgres,
} from '../../local/postgres.ts';
import { freePortBase } from '../system/free-ports.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Admin URL of the PostgreSQL that this test run started. Tests take a database of it with `createTestDatabase`. */
    postgresAdminUrl: string;
  }
}

/** Vitest global setup: one throw-away PostgreSQL for the whole run. */
export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), 'valerix-tests-'));
  const undo: (() => Promise<void>)[] = [() => rm(root, { recursive: true, force: true })];
  const teardown = async () => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    // Started as root, PostgreSQL runs as another user, who has to get through to its data directory.
    await chmod(root, 0o711);
    const data = join(root, 'postgres');
    const password = randomBytes(16).toString('hex');
    await ensureCluster(data, password);

    const port = await freePortBase();
    const { command, args, env, cwd, user } = await postgresCommand(data, port, THROW_AWAY_SETTINGS);
    const server = spawn(command, args, { env, cwd, ...user, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    server.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-4_000);
    });
    const ended = once(server, 'exit');
    const killAtExit = () => server.kill('SIGQUIT');
    process.once('exit', killAtExit);
    undo.push(async () => {
      server.kill('SIGQUIT');
      await ended;
      process.off('exit', killAtExit);
    });

    const url = adminUrl(port, password);
    const died = ended.then(([code]) => {
      throw new Error(`The PostgreSQL for tests ended with ${code}:\n${said}`);
    });
    await Promise.race([waitForPostgres(url, 30_000), died]);
    died.catch(() => {});
    project.provide('postgresAdminUrl', url);
    return teardown;
  } catch (fault) {
    await teardown();
    throw fault;
  }
}
