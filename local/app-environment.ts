import type { Connections } from './connections.ts';
import type { PortPlan } from './ports.ts';

/** What each deployed part reads at its start, beside what the caller's environment says about faults and limits. */
export interface AppEnvironments {
  readonly order: Readonly<Record<string, string>>;
  readonly inventory: Readonly<Record<string, string>>;
  readonly grpc: Readonly<Record<string, string>>;
}

export function planEnvironments(
  connections: Connections,
  ports: PortPlan,
  caller: NodeJS.ProcessEnv,
): AppEnvironments {
  const everywhere = {
    ServiceBusConnection: connections.serviceBus,
    StorageConnection: connections.storage,
    APPLICATIONINSIGHTS_CONNECTION_STRING: connections.insights,
  };
  const functions = {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsStorage: connections.storage,
    WebPubSubConnectionString: connections.webPubSub,
    // The time zone of a Function App on Azure, by which timers fire.
    TZ: 'UTC',
    ...everywhere,
  };
  const copyStorage = caller.BackupCopyConnection || connections.copyStorage;
  const inventory = {
    INVENTORY_DATABASE_URL: connections.inventory,
    // A first start without products could sell nothing; repeated starts add nothing.
    SEED_PRODUCTS: caller.SEED_PRODUCTS || 'true',
  };
  return {
    order: {
      ...functions,
      ORDERS_DATABASE_URL: connections.orders,
      INVENTORY_GRPC_URL: `http://127.0.0.1:${ports.grpc}`,
    },
    inventory: {
      ...functions,
      ...inventory,
      BACKUP_VAULT_URL: connections.vaultUrl,
      ...(copyStorage !== null && { BackupCopyConnection: copyStorage }),
    },
    grpc: { ...everywhere, ...inventory, GRPC_PORT: String(ports.grpc), HEALTH_PORT: String(ports.grpcHealth) },
  };
}
