import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { adminUrl, postgresBinary, waitForPostgres } from '../../../local/postgres.ts';
import { asPostgresUser, ensurePostgresUser } from '../../../local/postgres-user.ts';
import { freePortBase } from '../../system/free-ports.ts';

const run = promisify(execFile);

/** A PostgreSQL of the benchmark's own, with pg_dump and pg_restore of the same version where the machine has them. */
export interface BenchServer {
  readonly adminUrl: string;
  readonly version: string;
  /** Folder of pg_dump and pg_restore; undefined: they are not to be had. */
  readonly tools: string | undefined;
  stop(): Promise<void>;
}

/** What durability costs is the same for all, and is left as PostgreSQL has it; only what holds up large loads is widened. */
const settings = { max_wal_size: '4GB', shared_buffers: '256MB' };

export async function startBenchServer(): Promise<BenchServer> {
  const tools = await findTools();
  const binary = (name: 'postgres' | 'initdb') => (tools === undefined ? postgresBinary(name) : join(tools, name));
  const root = await mkdtemp(join(tmpdir(), 'valerix-bench-'));
  await chmod(root, 0o711);
  const owner = await ensurePostgresUser();
  const home = await mkdtemp(join(root, 'home-'));
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (owner.uid !== undefined) {
    for (const path of [home, passwordFile]) await chown(path, owner.uid, owner.gid);
  }
  const data = join(home, 'cluster');
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
  const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  const init = await asPostgresUser(
    binary('initdb'),
    [...flags, `--pgdata=${data}`, `--pwfile=${passwordFile}`],
    [home],
  );
  await run(init.command, [...init.args], { ...init.user, env, cwd: home });

  const port = await freePortBase();
  const all = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', ...settings };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const start = await asPostgresUser(binary('postgres'), ['-D', data, ...options], [data]);
  const server = spawn(start.command, [...start.args], { ...start.user, env, cwd: home, stdio: 'ignore' });
  const stop = async () => {
    await end(server);
    await rm(root, { recursive: true, force: true });
  };
  try {
    const url = adminUrl(port, password);
    await waitForPostgres(url, 30_000);
    const { stdout } = await run(binary('postgres'), ['--version'], { env });
    return { adminUrl: url, version: stdout.trim(), tools, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  await ended;
}

/** A folder with a server and its own tools: pg_dump refuses a server that is newer than itself. */
async function findTools(): Promise<string | undefined> {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? (await readdir(debian)).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  const wanted = ['postgres', 'initdb', 'pg_dump', 'pg_restore'];
  return folders.find((folder) => wanted.every((name) => existsSync(join(folder, name))));
}
