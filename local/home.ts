import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StartRefused } from './start-refused.ts';

// Written first into a new data directory; what carries it was made by us, and only that is ever wiped.
const MARK = 'valerix-data-directory';

const KEPT_BY_FRESH: ReadonlySet<string> = new Set([MARK, 'supervisor.lock']);

/** The places inside a data directory. */
export interface Home {
  readonly directory: string;
  readonly postgres: string;
  readonly azurite: string;
  readonly serviceBus: string;
  readonly insights: string;
  readonly vault: string;
  /** Where a Function App's timers remember when they ran. */
  functions(app: string): string;
  readonly logs: string;
  readonly endpoints: string;
  readonly secrets: string;
  readonly functionKeys: string;
  readonly children: string;
  readonly lock: string;
  readonly grpcEnvironment: string;
}

const password = z.string().min(16);
const random = () => randomBytes(24).toString('base64url');
const secretsSchema = z.object({
  operatorKey: password,
  masterKey: password,
  postgresPassword: password,
  ordersPassword: password,
  inventoryPassword: password,
  /** Of at least 32 bytes, as the official emulator wants it. A data directory of before Web PubSub gets one now. */
  webPubSubKey: password.min(32).default(random),
});

/** Made at random once per data directory. */
export type Secrets = Readonly<z.infer<typeof secretsSchema>>;

export function homeAt(directory: string): Home {
  return {
    directory,
    postgres: join(directory, 'postgres'),
    azurite: join(directory, 'azurite'),
    serviceBus: join(directory, 'servicebus'),
    insights: join(directory, 'insights'),
    vault: join(directory, 'vault'),
    functions: (app) => join(directory, 'functions', app),
    logs: join(directory, 'logs'),
    endpoints: join(directory, 'endpoints.json'),
    secrets: join(directory, 'secrets.json'),
    functionKeys: join(directory, 'function-keys.json'),
    children: join(directory, 'children.json'),
    lock: join(directory, 'supervisor.lock'),
    grpcEnvironment: join(directory, 'grpc.env'),
  };
}

/** Makes the data directory where there is none. Refuses a directory that holds something else. */
export async function claimHome(home: Home): Promise<void> {
  await mkdir(home.directory, { recursive: true });
  const content = await readdir(home.directory);
  if (content.length > 0 && !content.includes(MARK)) {
    throw new StartRefused(
      `${home.directory} holds files that are not ours. Name an empty or a new directory with --home or VALERIX_HOME.`,
    );
  }
  await writeFile(
    join(home.directory, MARK),
    'Data of one Valerix system on this machine. Safe to delete once it is stopped.\n',
  );
  // Started as root, PostgreSQL runs as another user, who must be able to walk through to its data.
  await chmod(home.directory, process.getuid?.() === 0 ? 0o711 : 0o700);
  await mkdir(home.logs, { recursive: true, mode: 0o700 });
}

/** Deletes the state of earlier runs. Call it only with the lock in hand and nothing running. */
export async function wipeHome(home: Home): Promise<void> {
  if (!existsSync(join(home.directory, MARK))) {
    throw new StartRefused(`${home.directory} is not a data directory of ours; nothing was deleted.`);
  }
  for (const name of await readdir(home.directory)) {
    if (!KEPT_BY_FRESH.has(name)) await rm(join(home.directory, name), { recursive: true, force: true });
  }
  await mkdir(home.logs, { recursive: true, mode: 0o700 });
}

/** Reads the secrets of the data directory, making them on first use, and leaves the function keys for the hosts. */
export async function openSecrets(home: Home): Promise<Secrets> {
  const secrets = existsSync(home.secrets) ? await readSecrets(home.secrets) : newSecrets();
  writePrivately(home.secrets, `${JSON.stringify(secrets, null, 2)}\n`);
  const keys = { masterKey: secrets.masterKey, functionKeys: { operator: secrets.operatorKey } };
  writePrivately(home.functionKeys, `${JSON.stringify(keys, null, 2)}\n`);
  return secrets;
}

/** Writes a file whole or not at all, readable by its owner only. */
export function writePrivately(file: string, content: string): void {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, file);
}

async function readSecrets(file: string): Promise<Secrets> {
  try {
    return secretsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new StartRefused(
      `${file} cannot be read as the secrets of this data directory. The databases in it open only with those; restore the file, or start over with --fresh.`,
      { cause },
    );
  }
}

function newSecrets(): Secrets {
  return {
    operatorKey: random(),
    masterKey: random(),
    postgresPassword: random(),
    ordersPassword: random(),
    inventoryPassword: random(),
    webPubSubKey: random(),
  };
}
