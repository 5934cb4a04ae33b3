import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { StartRefused } from './start-refused.ts';

const run = promisify(execFile);

/** The account that PostgreSQL runs as; empty unless we are root, because PostgreSQL refuses to run as root. */
export type PostgresUser = { readonly uid: number; readonly gid: number } | Record<string, never>;

export interface UserCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly user: PostgresUser;
}

/** The account `postgres`, made if root has none yet; nobody in particular when we are an ordinary user. */
export async function ensurePostgresUser(): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return {};
  const find = async () => {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  };
  try {
    return await find();
  } catch {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
    return find();
  }
}

/**
 * How to run `command` as the account of PostgreSQL, which has to reach `paths`.
 *
 * A clone below a directory that only root may enter, such as /root or one made by mktemp, is out of that account's
 * reach. Where Linux lets us, the process keeps the one capability that walks past such a directory; elsewhere the
 * refusal says what to do. Throws `StartRefused`.
 */
export async function asPostgresUser(
  command: string,
  args: readonly string[],
  paths: readonly string[],
): Promise<UserCommand> {
  const user = await ensurePostgresUser();
  const { uid, gid } = user;
  if (uid === undefined || gid === undefined) return { command, args, user };
  const obstacle = await findObstacle([command, ...paths], { uid, gid });
  if (obstacle === undefined) return { command, args, user };
  // PostgreSQL asks access(2) about its own binaries, which forgets the capability unless that bit is set.
  const walk = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const become = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...walk];
  if (await succeeds('setpriv', [...become, 'true'])) {
    return { command: 'setpriv', args: [...become, command, ...args], user: {} };
  }
  throw new StartRefused(
    `You are root, so PostgreSQL runs as the user "postgres", and that user may not enter ${obstacle}. Run as an ordinary user, move the repository (or only its data, with VALERIX_HOME) to a place everyone may enter, or set VALERIX_POSTGRES_URL to the admin URL of an existing server.`,
  );
}

/** The first directory on the way to one of the paths that the account may not enter. */
async function findObstacle(paths: readonly string[], user: { uid: number; gid: number }): Promise<string | undefined> {
  for (const path of paths) {
    // The last part itself is not asked about: a data directory is 0700 and belongs to that account.
    for (let at = dirname(resolve(path)); at !== dirname(at); at = dirname(at)) {
      const { mode, uid, gid } = await stat(at);
      const mayEnter = (uid === user.uid && mode & 0o100) || (gid === user.gid && mode & 0o010) || mode & 0o001;
      if (!mayEnter) return at;
    }
  }
  return undefined;
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, [...args]);
    return true;
  } catch {
    return false;
  }
}
