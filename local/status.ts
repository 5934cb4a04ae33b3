import { isAbsolute, relative } from 'node:path';
import { formatTable } from './console-table.ts';
import type { Endpoints } from './endpoints.ts';
import type { Home, Secrets } from './home.ts';
import type { Options, PartName } from './options.ts';
import type { Plan } from './parts.ts';
import type { System } from './system.ts';

/** What runs where, from the plan and the processes as they are now. */
export function describeEndpoints(plan: Plan, secrets: Secrets, options: Options, system: System): Endpoints {
  const { ports, connections } = plan;
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const runs = (name: PartName) => plan.services.some((part) => part.name === name);
  return {
    order: at(ports.order),
    inventory: at(ports.inventory),
    grpc: at(ports.grpc),
    grpcHealth: at(ports.grpcHealth),
    storefront: runs('storefront') ? at(ports.storefront) : null,
    dashboard: runs('dashboard') ? at(ports.dashboard) : null,
    serviceBusAdmin: options.replaced.serviceBus === undefined ? at(ports.serviceBusAdmin) : null,
    insights: options.replaced.insights === undefined ? at(ports.insights) : null,
    databases: { orders: connections.orders, inventory: connections.inventory },
    backupVault: connections.vaultUrl,
    serviceBus: connections.serviceBus,
    webPubSub: connections.webPubSub,
    storage: connections.storage,
    copyStorage: connections.copyStorage,
    operatorKey: secrets.operatorKey,
    processes: system.pids(),
    supervisor: process.pid,
  };
}

/** The table of what runs, with process ids and log files. */
export function formatStatus(plan: Plan, system: System, cwd: string): string {
  const pids = system.pids();
  const rows = [...plan.services, ...plan.standIns].map(({ name, address }) => {
    const log = system.logFile(name);
    return [name, address, String(pids[name] ?? '-'), log === undefined ? '-' : shorten(log, cwd)];
  });
  return formatTable([['name', 'address', 'pid', 'log'], ...rows]);
}

/** What to try first. */
export function formatFirstSteps(endpoints: Endpoints, home: Home, cwd: string): string {
  const { storefront, dashboard } = endpoints;
  return [
    ...(storefront === null ? [] : [`Order in the storefront: ${storefront}`]),
    ...(dashboard === null ? [] : [`Watch it happen in the dashboard: ${dashboard}`]),
    'Or order by hand:',
    `  curl -i ${endpoints.order}/api/orders -H 'content-type: application/json' -d '{"productId":"espresso-beans-1kg","quantity":2}'`,
    'See the stock:',
    `  curl ${endpoints.inventory}/api/products`,
    `The operator key (for the dashboard; header x-functions-key) is "operatorKey" in ${shorten(home.endpoints, cwd)}.`,
  ].join('\n');
}

/** Relative to where the person is, unless that leads upwards. */
function shorten(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
