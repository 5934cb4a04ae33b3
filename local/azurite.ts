import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { acceptsConnections } from './health-gate.ts';
import type { PortPlan } from './ports.ts';
import type { LaunchCommand } from './supervise.ts';

const require = createRequire(import.meta.url);

// Not a secret: the one account and key that every storage emulator and every storage SDK knows.
const MAIN = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
} as const;
// As little a secret: of a second account on this machine, which stands for one in another region.
const SECOND = { name: 'devstoreaccount2', key: Buffer.from(MAIN.name.repeat(4)).toString('base64') } as const;

export const azuriteConnection = (ports: PortPlan): string => connectionOf(MAIN, ports);
/** The account that second copies of backups go to. */
export const azuriteCopyConnection = (ports: PortPlan): string => connectionOf(SECOND, ports);

function connectionOf({ name, key }: typeof MAIN | typeof SECOND, ports: PortPlan): string {
  const at = (port: number) => `http://127.0.0.1:${port}/${name}`;
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${name}`,
    `AccountKey=${key}`,
    `BlobEndpoint=${at(ports.azuriteBlob)}`,
    `QueueEndpoint=${at(ports.azuriteQueue)}`,
    `TableEndpoint=${at(ports.azuriteTable)};`,
  ].join(';');
}

export async function azuriteCommand(directory: string, ports: PortPlan): Promise<LaunchCommand> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const script = require.resolve('azurite/dist/src/azurite.js');
  // The SDKs send API versions that are newer than those Azurite knows, and works with all the same.
  const flags = ['--silent', '--skipApiVersionCheck', '--disableTelemetry', '--location', directory];
  const services = { blob: ports.azuriteBlob, queue: ports.azuriteQueue, table: ports.azuriteTable };
  for (const [service, port] of Object.entries(services)) {
    flags.push(`--${service}Host`, '127.0.0.1', `--${service}Port`, String(port));
  }
  const accounts = [MAIN, SECOND].map(({ name, key }) => `${name}:${key}`).join(';');
  const env = { ...process.env, AZURITE_ACCOUNTS: accounts };
  return { command: process.execPath, args: [script, ...flags], env, cwd: directory };
}

export async function azuriteIsHealthy(ports: PortPlan): Promise<boolean> {
  const open = await Promise.all(
    [ports.azuriteBlob, ports.azuriteQueue, ports.azuriteTable].map((port) => acceptsConnections(port)),
  );
  return open.every(Boolean);
}
