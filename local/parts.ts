import { join } from 'node:path';
import { type AppEnvironments, planEnvironments } from './app-environment.ts';
import { azuriteCommand, azuriteIsHealthy } from './azurite.ts';
import { type Connections, ownedDatabases, planConnections } from './connections.ts';
import { answers } from './health-gate.ts';
import type { Home, Secrets } from './home.ts';
import type { Options, PartName } from './options.ts';
import type { PortName, PortPlan } from './ports.ts';
import { answersQueries, ensureCluster, postgresCommand } from './postgres.ts';
import { closeMaintenanceDatabases, ensureOwnedDatabase } from './postgres-databases.ts';
import { dropRecycledPidFile } from './postgres-pid-file.ts';
import { assertBuilt, nodeCommand, ROOT } from './repository.ts';
import { sitePart } from './site-parts.ts';
import { StartRefused } from './start-refused.ts';
import type { Launch } from './supervise.ts';

/** What the services stand on or are; a site is none of it. */
const NEEDED: readonly PartName[] = ['postgres', 'azurite', 'servicebus', 'grpc', 'order', 'inventory'];

/** One process of the system. */
export interface Part extends Launch {
  readonly name: PartName;
  /** What a person would connect to. */
  readonly address: string;
  readonly ports: readonly PortName[];
  /** Once, before its first start. */
  prepare?(): Promise<void>;
  /** Once, after it first became healthy and before anything that needs it starts. */
  settle?(): Promise<void>;
}

export interface Plan {
  readonly ports: PortPlan;
  readonly connections: Connections;
  readonly environments: AppEnvironments;
  /** Those that stand in for Azure; the services start once all of them are healthy. */
  readonly standIns: readonly Part[];
  readonly services: readonly Part[];
  /** What has to be done beside starting the stand-ins, before the services start. */
  prepareReplacements(): Promise<void>;
}

interface Ground {
  readonly options: Options;
  readonly home: Home;
  readonly secrets: Secrets;
  readonly ports: PortPlan;
  readonly connections: Connections;
  readonly environments: AppEnvironments;
  readonly caller: NodeJS.ProcessEnv;
}

/** Decides what runs, from what was asked for. */
export function planParts(
  options: Options,
  home: Home,
  secrets: Secrets,
  ports: PortPlan,
  caller: NodeJS.ProcessEnv,
): Plan {
  const connections = planConnections(ports, secrets, options.replaced);
  const environments = planEnvironments(connections, ports, caller);
  const ground: Ground = { options, home, secrets, ports, connections, environments, caller };
  const { postgresUrl, serviceBus, storage, webPubSub, insights, vaultUrl } = options.replaced;
  const wanted = (part: Part) => !options.without.has(part.name);

  const standIns = [
    ...(postgresUrl === undefined ? [postgresPart(ground)] : []),
    ...(storage === undefined ? [azuritePart(ground)] : []),
    ...(serviceBus === undefined ? [serviceBusPart(ground)] : []),
    ...(webPubSub === undefined ? [webPubSubPart(ground)] : []),
    ...(insights === undefined ? [insightsPart(ground)] : []),
    ...(vaultUrl === undefined ? [vaultPart(ground)] : []),
  ].filter(wanted);
  const services = options.emulatorsOnly
    ? []
    : [
        grpcPart(ground),
        functionAppPart(ground, 'order'),
        functionAppPart(ground, 'inventory'),
        sitePart(ground, 'storefront'),
        sitePart(ground, 'dashboard'),
      ].filter(wanted);

  return {
    ports,
    connections,
    environments,
    standIns,
    services,
    async prepareReplacements() {
      if (postgresUrl === undefined) return;
      try {
        await ensureDatabases(ground);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new StartRefused(`The databases cannot be prepared on the server of VALERIX_POSTGRES_URL: ${why}`, {
          cause,
        });
      }
    },
  };
}

function postgresPart(ground: Ground): Part {
  const { home, secrets, ports, connections } = ground;
  return {
    name: 'postgres',
    address: `postgresql://127.0.0.1:${ports.postgres}`,
    ports: ['postgres'],
    // Fast shutdown: cuts the clients, keeps what was committed.
    stopSignal: 'SIGINT',
    prepare: () => ensureCluster(home.postgres, secrets.postgresPassword),
    async command() {
      await dropRecycledPidFile(home.postgres);
      return postgresCommand(home.postgres, ports.postgres, { max_connections: '200' });
    },
    isHealthy: () => answersQueries(connections.postgresAdmin),
    async settle() {
      await closeMaintenanceDatabases(connections.postgresAdmin);
      await ensureDatabases(ground);
    },
  };
}

async function ensureDatabases({ connections, secrets }: Ground): Promise<void> {
  const { orders, inventory } = ownedDatabases(secrets);
  await ensureOwnedDatabase(connections.postgresAdmin, orders);
  await ensureOwnedDatabase(connections.postgresAdmin, inventory);
}

function azuritePart({ home, ports }: Ground): Part {
  return {
    name: 'azurite',
    address: `http://127.0.0.1:${ports.azuriteBlob}`,
    ports: ['azuriteBlob', 'azuriteQueue', 'azuriteTable'],
    stopSignal: 'SIGTERM',
    command: () => azuriteCommand(home.azurite, ports),
    isHealthy: () => azuriteIsHealthy(ports),
  };
}

function serviceBusPart({ home, ports, caller }: Ground): Part {
  const script = join(ROOT, 'local/servicebus-emulator/src/main.ts');
  const settings = {
    config: join(ROOT, 'packages/contracts/servicebus.topology.json'),
    host: '127.0.0.1',
    port: ports.servicebus,
    'admin-port': ports.serviceBusAdmin,
    data: home.serviceBus,
    sync: 'write',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return {
    name: 'servicebus',
    address: `sb://127.0.0.1:${ports.servicebus}`,
    ports: ['servicebus', 'serviceBusAdmin'],
    stopSignal: 'SIGTERM',
    command: async () => nodeCommand([script, ...args], caller),
    isHealthy: () => answers(`http://127.0.0.1:${ports.serviceBusAdmin}/health`),
  };
}

function insightsPart({ home, ports, caller }: Ground): Part {
  const script = join(ROOT, 'local/application-insights/src/main.ts');
  const url = `http://127.0.0.1:${ports.insights}`;
  return {
    name: 'insights',
    address: url,
    ports: ['insights'],
    stopSignal: 'SIGTERM',
    command: async () => nodeCommand([script, '--port', String(ports.insights), '--data', home.insights], caller),
    isHealthy: () => answers(`${url}/health`),
  };
}

function vaultPart({ home, ports, caller }: Ground): Part {
  const script = join(ROOT, 'local/backup-vault/src/main.ts');
  const url = `http://127.0.0.1:${ports.vault}`;
  return {
    name: 'vault',
    address: url,
    ports: ['vault'],
    stopSignal: 'SIGTERM',
    command: async () => nodeCommand([script, '--port', String(ports.vault), '--data', home.vault], caller),
    isHealthy: () => answers(`${url}/health`),
  };
}

function webPubSubPart({ ports, secrets, caller }: Ground): Part {
  const script = join(ROOT, 'local/webpubsub-emulator/src/main.ts');
  const url = `http://127.0.0.1:${ports.webpubsub}`;
  const env = { ...caller, WEBPUBSUB_ACCESS_KEY: secrets.webPubSubKey };
  return {
    name: 'webpubsub',
    address: url,
    ports: ['webpubsub'],
    stopSignal: 'SIGTERM',
    command: async () => nodeCommand([script, '--host', '127.0.0.1', '--port', String(ports.webpubsub)], env),
    isHealthy: () => answers(`${url}/api/health`),
  };
}

function grpcPart({ ports, environments, caller }: Ground): Part {
  const script = join(ROOT, 'grpc-inventory-host/dist/main.js');
  return {
    name: 'grpc',
    address: `http://127.0.0.1:${ports.grpc}`,
    ports: ['grpc', 'grpcHealth'],
    stopSignal: 'SIGTERM',
    prepare: () => assertBuilt(script),
    command: async () => nodeCommand([script], { ...caller, ...environments.grpc }),
    isHealthy: () => answers(`http://127.0.0.1:${ports.grpcHealth}/health`),
  };
}

function functionAppPart({ options, home, ports, environments, caller }: Ground, name: 'order' | 'inventory'): Part {
  const dist = join(ROOT, `functions-${name}`, 'dist');
  const port = String(ports[name]);
  const url = `http://127.0.0.1:${port}`;
  const env = { ...caller, ...environments[name] };
  const sites = [ports.storefront, ports.dashboard];
  const cors = sites.flatMap((site) => [`http://localhost:${site}`, `http://127.0.0.1:${site}`]).join(',');
  const { func } = options.replaced;
  return {
    name,
    address: url,
    ports: [name],
    stopSignal: 'SIGTERM',
    prepare: () => assertBuilt(join(dist, 'host.json')),
    async command() {
      if (func !== undefined) return { command: func, args: ['start', '--port', port, '--cors', cors], env, cwd: dist };
      const host = join(ROOT, 'local/functions-host/src/main.ts');
      const places = ['--app', dist, '--keys', home.functionKeys, '--state', home.functions(name)];
      return nodeCommand([host, ...places, '--port', port, '--cors', cors], env);
    },
    // Unhealthy is as well as it gets while a part it depends on is left out.
    isHealthy: () => answers(`${url}/health`, NEEDED.some((part) => options.without.has(part)) ? [200, 503] : [200]),
  };
}
