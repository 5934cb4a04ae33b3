import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoints } from '../../local/endpoints.ts';
import { homeAt } from '../../local/home.ts';
import { PORT_COUNT } from '../../local/ports.ts';
import { eventsStayUnread } from './events.ts';
import { type Env, type KeptProcess, keepProcess } from './kept-process.ts';

export const serviceNames = ['order', 'inventory', 'grpc'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** How the services of a drill are started. */
export interface ServicesPlan {
  /** How many of each; default 1. */
  readonly instances?: number;
  /** Variables of their own, for all lives of a service or for each by how often it was started before. */
  readonly env?: Partial<Record<ServiceName, Env | ((starts: number) => Env)>>;
  /** Ways that do not lead straight to where the endpoints say. */
  readonly ways?: {
    readonly orders?: string;
    readonly inventory?: string;
    readonly bus?: string;
    readonly grpc?: string;
  };
}

export interface Services {
  readonly order: readonly KeptProcess[];
  readonly inventory: readonly KeptProcess[];
  readonly grpc: readonly KeptProcess[];
  readonly all: readonly KeptProcess[];
  /** Where shoppers can order. */
  readonly orderUrls: readonly string[];
  healthy(): Promise<void>;
  restarts(): number;
}

/** Where a built part lies and where the drill keeps what it needs. */
export interface ServicesGround {
  readonly home: string;
  readonly endpoints: Endpoints;
  /** A copy of every `dist/`, which no later build changes. */
  readonly dist: (part: 'functions-order' | 'functions-inventory' | 'grpc-inventory-host') => string;
}

const functionsHost = fileURLToPath(new URL('../../local/functions-host/src/main.ts', import.meta.url));

/**
 * Orders nobody settled are asked about after 4 s instead of 15, because each drill waits for the last of them. 4 s is
 * still more than an order's own budget.
 */
const drillSettings: Env = { SWEEP_AGES_MS: '4000,10000,60000' };

/** The three services as processes of the drill, each with its faults; resolves once all are healthy. */
export async function startServices(ground: ServicesGround, plan: ServicesPlan = {}): Promise<Services> {
  const { endpoints, home } = ground;
  const { ways = {}, instances = 1 } = plan;
  const places = homeAt(home);
  const bus = { ServiceBusConnection: ways.bus ?? endpoints.serviceBus, StorageConnection: endpoints.storage };
  const functions = {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsStorage: endpoints.storage,
    WebPubSubConnectionString: endpoints.webPubSub,
    ...bus,
  };
  const inventoryDatabase = { INVENTORY_DATABASE_URL: ways.inventory ?? endpoints.databases.inventory };

  const faults = (service: ServiceName, starts: number): Env => {
    const wanted = plan.env?.[service];
    return typeof wanted === 'function' ? wanted(starts) : (wanted ?? {});
  };
  const keep = (service: ServiceName, instance: number, port: string, script: readonly string[], env: Env) => {
    const healthPort = service === 'grpc' ? env.HEALTH_PORT : port;
    const name = instance === 0 ? service : `${service}-${instance + 1}`;
    return keepProcess({
      name,
      args: script,
      env: (starts) => ({ ...drillSettings, ...env, ...faults(service, starts) }),
      healthUrl: `http://127.0.0.1:${healthPort}/health`,
      logFile: join(places.logs, `drill-${name}.log`),
    });
  };
  // Second instances come after the port plan, in the same row of fifty.
  const portOf = (url: string, instance: number) => String(Number(new URL(url).port) + instance * PORT_COUNT);
  const app = (part: 'functions-order' | 'functions-inventory', name: string, port: string) =>
    [functionsHost, '--app', ground.dist(part), '--keys', places.functionKeys, '--port', port].concat([
      '--state',
      places.functions(name),
    ]);

  const order: KeptProcess[] = [];
  const inventory: KeptProcess[] = [];
  const grpc: KeptProcess[] = [];
  const orderUrls: string[] = [];
  for (let instance = 0; instance < instances; instance++) {
    const grpcPort = portOf(endpoints.grpc, instance);
    const healthPort = portOf(endpoints.grpcHealth, instance);
    const grpcEnv = { ...bus, ...inventoryDatabase, GRPC_PORT: grpcPort, HEALTH_PORT: healthPort };
    grpc.push(keep('grpc', instance, grpcPort, [join(ground.dist('grpc-inventory-host'), 'main.js')], grpcEnv));

    const orderPort = portOf(endpoints.order, instance);
    const orderEnv = {
      ...functions,
      ORDERS_DATABASE_URL: ways.orders ?? endpoints.databases.orders,
      INVENTORY_GRPC_URL: ways.grpc ?? `http://127.0.0.1:${grpcPort}`,
    };
    const orderArgs = app('functions-order', `order-${instance}`, orderPort);
    order.push(keep('order', instance, orderPort, orderArgs, orderEnv));
    orderUrls.push(`http://127.0.0.1:${orderPort}`);

    const inventoryPort = portOf(endpoints.inventory, instance);
    const inventoryArgs = app('functions-inventory', `inventory-${instance}`, inventoryPort);
    const inventoryEnv = { ...functions, ...inventoryDatabase, ...eventsStayUnread };
    inventory.push(keep('inventory', instance, inventoryPort, inventoryArgs, inventoryEnv));
  }
  const all = [...order, ...inventory, ...grpc];
  const services: Services = {
    order,
    inventory,
    grpc,
    all,
    orderUrls,
    healthy: async () => void (await Promise.all(all.map((service) => service.healthy()))),
    restarts: () => all.reduce((sum, service) => sum + service.restarts(), 0),
  };
  await services.healthy().catch(async (error: unknown) => {
    await Promise.all(all.map((service) => service.stop()));
    throw error;
  });
  return services;
}
