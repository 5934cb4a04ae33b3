import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Home, writePrivately } from './home.ts';
import type { Plan } from './parts.ts';
import { ROOT } from './repository.ts';

/** Leaves the settings with which a person runs the apps beside the stand-ins, and returns what to tell that person. */
export async function writeOwnRunSettings(plan: Plan, home: Home): Promise<string> {
  const { environments, ports } = plan;
  for (const app of ['order', 'inventory'] as const) {
    const dist = join(ROOT, `functions-${app}`, 'dist');
    await mkdir(dist, { recursive: true });
    const settings = { IsEncrypted: false, Values: environments[app], Host: { LocalHttpPort: ports[app] } };
    writePrivately(join(dist, 'local.settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
  }
  const lines = Object.entries(environments.grpc).map(([name, value]) => `${name}=${quote(value)}`);
  writePrivately(home.grpcEnvironment, `${lines.join('\n')}\n`);
  return [
    'Run the apps yourself, each in a terminal of its own:',
    `  node --env-file=${home.grpcEnvironment} grpc-inventory-host/dist/main.js`,
    '  (cd functions-order/dist && func start)',
    '  (cd functions-inventory/dist && func start)',
  ].join('\n');
}

/** Read the same by `node --env-file` and by a POSIX shell. */
function quote(value: string): string {
  return `'${value}'`;
}
