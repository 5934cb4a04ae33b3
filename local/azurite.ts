import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { acceptsConnections } from './health-gate.ts';
import type { PortPlan } from './ports.ts';
import type { LaunchCommand } from './supervise.ts';

const require = createRequire(import.meta.url);

// Not a secret: the one account and key that every storage emulator and every storage SDK knows.
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export function azuriteConnection(ports: PortPlan): string {
  const at = (port: number) => `http://127.0.0.1:${port}/${ACCOUNT}`;
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${ACCOUNT}`,
    `AccountKey=${KEY}`,
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
  return { command: process.execPath, args: [script, ...flags], env: process.env, cwd: directory };
}

export async function azuriteIsHealthy(ports: PortPlan): Promise<boolean> {
  const open = await Promise.all(
    [ports.azuriteBlob, ports.azuriteQueue, ports.azuriteTable].map((port) => acceptsConnections(port)),
  );
  return open.every(Boolean);
}
