import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { azuriteCommand, azuriteConnection, azuriteCopyConnection, azuriteIsHealthy } from '../../local/azurite.ts';
import { planPorts } from '../../local/ports.ts';
import { freePortBase } from '../system/free-ports.ts';
import { until } from '../system/until.ts';

export interface Storage {
  /** Connection string of the storage account. */
  readonly connection: string;
  /** Of a second account. */
  readonly copyConnection: string;
  /** Where an identity finds its services, when it was started with a certificate of localhost. */
  readonly places: { readonly blobServiceUri: string; readonly tableServiceUri: string };
  /** Keeps its connections and answers nothing until it goes on. */
  freeze(): void;
  goOn(): void;
  stop(): Promise<void>;
}

/** A real Azurite on free ports, empty: one per test file, started in `beforeAll` and stopped in `afterAll`. */
export async function startStorage(certificate?: { readonly cert: string; readonly key: string }): Promise<Storage> {
  const directory = await mkdtemp(join(tmpdir(), 'valerix-storage-'));
  const ports = planPorts(await freePortBase());
  const { command, args, env, cwd } = await azuriteCommand(directory, ports);
  const flags = certificate ? ['--oauth', 'basic', ...(await writeCertificate(directory, certificate))] : [];
  const server = spawn(command, [...args, ...flags], { env, cwd, stdio: 'ignore' });
  const ended = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await until('Azurite to listen', () => azuriteIsHealthy(ports));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    connection: azuriteConnection(ports),
    copyConnection: azuriteCopyConnection(ports),
    places: {
      blobServiceUri: `https://localhost:${ports.azuriteBlob}/devstoreaccount1`,
      tableServiceUri: `https://localhost:${ports.azuriteTable}/devstoreaccount1`,
    },
    freeze: () => void server.kill('SIGSTOP'),
    goOn: () => void server.kill('SIGCONT'),
    stop,
  };
}

/** A storage account where nobody listens, for tests that are about something else. */
export const noStorage = azuriteConnection({
  ...planPorts(undefined),
  azuriteBlob: 1,
  azuriteQueue: 1,
  azuriteTable: 1,
});

async function writeCertificate(directory: string, { cert, key }: { readonly cert: string; readonly key: string }) {
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key, { mode: 0o600 })]);
  return ['--cert', certFile, '--key', keyFile];
}
