import { azuriteConnection, azuriteCopyConnection } from './azurite.ts';
import type { Secrets } from './home.ts';
import type { Replacements } from './options.ts';
import type { PortPlan } from './ports.ts';
import { adminUrl } from './postgres.ts';
import { type OwnedDatabase, ownerUrl } from './postgres-databases.ts';

/** Where the services find what they stand on: ours, or what the caller put in its place. */
export interface Connections {
  readonly postgresAdmin: string;
  readonly orders: string;
  readonly inventory: string;
  readonly serviceBus: string;
  readonly storage: string;
  /** A second account; null where the storage is not ours, unless the caller names one. */
  readonly copyStorage: string | null;
  readonly vaultUrl: string;
  readonly insights: string;
  readonly webPubSub: string;
}

/** The two databases, each with the one role that may enter it. */
export function ownedDatabases(secrets: Secrets): {
  readonly orders: OwnedDatabase;
  readonly inventory: OwnedDatabase;
} {
  return {
    orders: { database: 'orders', role: 'orders_service', password: secrets.ordersPassword },
    inventory: { database: 'inventory', role: 'inventory_service', password: secrets.inventoryPassword },
  };
}

export function planConnections(ports: PortPlan, secrets: Secrets, replaced: Replacements): Connections {
  const postgresAdmin = replaced.postgresUrl ?? adminUrl(ports.postgres, secrets.postgresPassword);
  const databases = ownedDatabases(secrets);
  return {
    postgresAdmin,
    orders: ownerUrl(postgresAdmin, databases.orders),
    inventory: ownerUrl(postgresAdmin, databases.inventory),
    serviceBus: replaced.serviceBus ?? emulatorConnection(ports.servicebus),
    storage: replaced.storage ?? azuriteConnection(ports),
    copyStorage: replaced.storage === undefined ? azuriteCopyConnection(ports) : null,
    vaultUrl: replaced.vaultUrl ?? `http://127.0.0.1:${ports.vault}`,
    insights: replaced.insights ?? insightsConnection(ports.insights),
    webPubSub:
      replaced.webPubSub ??
      `Endpoint=http://127.0.0.1:${ports.webpubsub};AccessKey=${secrets.webPubSubKey};Version=1.0;`,
  };
}

/** The key names no account: the stand-in takes what comes. */
function insightsConnection(port: number): string {
  return `InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=http://127.0.0.1:${port}`;
}

function emulatorConnection(port: number): string {
  return `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;`;
}
