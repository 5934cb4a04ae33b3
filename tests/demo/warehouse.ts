import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoints } from '../../local/endpoints.ts';
import { homeAt } from '../../local/home.ts';
import { type KeptProcess, keepProcess } from '../chaos/kept-process.ts';
import { request } from '../system/shop.ts';
import { until } from '../system/until.ts';
import type { Act } from './acts.ts';

export interface InjectedFault {
  /** Epoch ms. */
  readonly at: number;
  readonly kind: 'gremlin' | 'error' | 'drop' | 'exit';
}

/** The gRPC host as one run of the demonstration has it: it fails on purpose and is started again. */
export interface Warehouse {
  /** Starts it anew with the faults of an act; resolves once the Order service reaches it. */
  begin(act: Act): Promise<void>;
  /** Ends it and tells what it did. */
  stop(): Promise<{ readonly faults: readonly InjectedFault[]; readonly restarts: number }>;
}

const main = fileURLToPath(new URL('../../grpc-inventory-host/dist/main.js', import.meta.url));

/** The fates of its calls follow from `seed`, the act and how often the process has died in it. */
export function makeWarehouse(endpoints: Endpoints, home: string, seed: number): Warehouse {
  const faults: InjectedFault[] = [];
  let restarts = 0;
  let kept: KeptProcess | undefined;

  const keep = (act: Act): KeptProcess =>
    keepProcess({
      name: 'the gRPC host',
      args: [main],
      env: (starts) => ({
        INVENTORY_DATABASE_URL: endpoints.databases.inventory,
        ServiceBusConnection: endpoints.serviceBus,
        StorageConnection: endpoints.storage,
        GRPC_PORT: new URL(endpoints.grpc).port,
        HEALTH_PORT: new URL(endpoints.grpcHealth).port,
        // With one seed for all its lives it would die of the same call in each.
        CHAOS_SEED: `${seed}/${act.name}/${starts}`,
        ...act.faults,
      }),
      healthUrl: `${endpoints.grpcHealth}/health`,
      logFile: join(homeAt(home).logs, 'demo-warehouse.log'),
    });
  const stop: Warehouse['stop'] = async () => {
    const ending = kept;
    kept = undefined;
    if (ending !== undefined) {
      await ending.stop();
      restarts += ending.restarts();
      faults.push(...ending.log().split('\n').flatMap(faultIn));
    }
    return { faults, restarts };
  };

  return {
    async begin(act) {
      await stop();
      kept = keep(act);
      await kept.healthy();
      const upSince = Date.now();
      await until('the Order service to reach the gRPC host', async () => {
        const { status, body } = await request<{ timestamp: string }>(`${endpoints.order}/health`);
        return status === 200 && Date.parse(body.timestamp) > upSince;
      });
    },
    stop,
  };
}

const kinds: ReadonlySet<unknown> = new Set<InjectedFault['kind']>(['gremlin', 'error', 'drop', 'exit']);

/** The fault that a line of the host's log tells of. */
function faultIn(line: string): InjectedFault[] {
  if (!line.includes('gremlin_delays_call') && !line.includes('crash_simulated')) return [];
  const { time, event, fault } = JSON.parse(line) as { time: string; event: string; fault?: unknown };
  const kind = event === 'gremlin_delays_call' ? 'gremlin' : fault;
  return kinds.has(kind) ? [{ at: Date.parse(time), kind: kind as InjectedFault['kind'] }] : [];
}
