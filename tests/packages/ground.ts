import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppEnvironments } from '../../local/app-environment.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import { homeAt, openSecrets } from '../../local/home.ts';
import { parseOptions } from '../../local/options.ts';
import { planParts } from '../../local/parts.ts';
import { planPorts } from '../../local/ports.ts';
import { freePortBase } from '../system/free-ports.ts';
import { startSystem } from '../system/start.ts';

/** What the services stand on, running without them, and what each would be told at its start. */
export interface Ground {
  readonly endpoints: Endpoints;
  readonly environments: AppEnvironments;
  /** The file with the keys of the Function Apps. */
  readonly keys: string;
  stop(): Promise<void>;
}

export async function startGround(): Promise<Ground> {
  const directory = await mkdtemp(join(tmpdir(), 'valerix-'));
  const portBase = await freePortBase();
  const system = await startSystem({ home: directory, portBase, without: ['grpc', 'order', 'inventory'] });
  const home = homeAt(directory);
  const options = parseOptions(['--home', directory, '--port-base', String(portBase)], {}, directory);
  if (options === undefined) throw new Error('No options were read.');
  const { environments } = planParts(options, home, await openSecrets(home), planPorts(portBase), {});
  return {
    endpoints: await system.endpoints(),
    environments,
    keys: home.functionKeys,
    async stop() {
      await system.stop();
    },
  };
}
