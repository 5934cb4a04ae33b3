import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBicep } from '../../scripts/bicep/find-bicep.ts';

export interface Compiled {
  readonly dev: string;
  readonly prod: string;
  readonly template: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const main = join(root, 'infra/main.bicep');

/** What somebody gives who takes the cheapest there is, before the first deployment: a placeholder runs. */
const devParameters = `
param environmentName = 'policies'
param location = 'westeurope'
param backupCopyLocation = 'northeurope'
`;

/**
 * Compiles the templates, and asks the compiler what a deployment of each tier would make. Undefined where there is no
 * compiler: whoever has none skips the policies, but never CI.
 */
export async function compileInfra(): Promise<Compiled | undefined> {
  const bicep = findBicep();
  if (bicep === undefined) {
    if (process.env.CI)
      throw new Error('There is no Bicep compiler: the policies of the deployment cannot be checked.');
    console.warn('The policies of the deployment are not checked: no Bicep compiler.');
    return undefined;
  }
  const cache = join(root, 'node_modules/.cache/infra');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'run-'));
  const must = (args: readonly string[], env?: Readonly<Record<string, string>>): string => {
    const { succeeded, output, complaints } = bicep.run(args, env);
    if (!succeeded) throw new Error(`bicep ${args[0]} failed: ${complaints}`);
    return output;
  };
  const snapshotOf = async (
    tier: string,
    parameters: string,
    env?: Readonly<Record<string, string>>,
  ): Promise<string> => {
    const file = join(folder, `${tier}.bicepparam`);
    const using = relative(folder, main).replaceAll('\\', '/');
    await writeFile(file, `using '${using}'\n${parameters.replace(/^using .*$/m, '')}`);
    // Whatever they are, the names that Azure would make of them are the same in every run.
    const scope = [
      '--subscription-id',
      '00000000-0000-0000-0000-000000000001',
      '--tenant-id',
      '00000000-0000-0000-0000-000000000002',
    ];
    must(['snapshot', file, '--mode', 'overwrite', ...scope], env);
    return readFile(join(folder, `${tier}.snapshot.json`), 'utf8');
  };
  try {
    return {
      dev: await snapshotOf('dev', devParameters),
      prod: await snapshotOf('prod', await readFile(join(root, 'infra/prod.bicepparam'), 'utf8'), {
        SERVICE_GRPC_INVENTORY_HOST_IMAGE_NAME: 'registry.example/grpc-inventory-host:1',
      }),
      template: must(['build', main, '--stdout']),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
