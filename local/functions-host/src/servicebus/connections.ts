import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceBusClient, ServiceBusClientOptions, ServiceBusSender, TokenCredential } from '@azure/service-bus';
import type { AppSettings, ServiceBusConnection } from '../config/app-settings.ts';
import type { Log } from '../log.ts';
import { StartupError } from '../startup-error.ts';
import { type ConnectionHealth, makeConnectionHealth } from './connection-health.ts';

export interface OpenConnection {
  readonly client: ServiceBusClient;
  readonly health: ConnectionHealth;
  /** One sender per queue or topic, kept for the life of the process. */
  sender(entityName: string): ServiceBusSender;
}

export interface ServiceBusConnections {
  /**
   * The client of a connection setting; one per namespace and process, since each is an AMQP connection (the official
   * emulator allows ten). It connects when it is first used, so a broker that is down does not matter here.
   * @throws StartupError when the setting is missing or unusable.
   */
  open(settingName: string | undefined): Promise<OpenConnection>;
  closeAll(): Promise<void>;
}

/** RetryMode.Fixed of the SDK; its default of 30 s between attempts would leave a restarted broker unused for so long. */
const FIXED = 1;
const RECONNECT_DELAY_MS = 500;
/**
 * How long a message may take to settle. The SDK waits for a minute by default, in which a batch listener takes nothing
 * new: measured, every fifth kill of the broker fell between a message and its settlement and cost 50 to 60 s.
 */
const SETTLE_TIMEOUT_MS = 5000;

export function makeServiceBusConnections(
  settings: AppSettings,
  appDirectory: string,
  log: Log,
): ServiceBusConnections {
  const opened = new Map<string, Promise<OpenConnection>>();

  async function connect(name: string, connection: ServiceBusConnection): Promise<OpenConnection> {
    // Loading the SDK takes about 0.3 s, which apps without Service Bus need not pay.
    const sdk = await import('@azure/service-bus');
    const options: ServiceBusClientOptions = {
      retryOptions: {
        mode: FIXED,
        retryDelayInMs: RECONNECT_DELAY_MS,
        maxRetryDelayInMs: RECONNECT_DELAY_MS,
        maxRetries: 3,
        timeoutInMs: SETTLE_TIMEOUT_MS,
      },
    };
    const client =
      connection.kind === 'connectionString'
        ? fromConnectionString(() => new sdk.ServiceBusClient(connection.value, options), name)
        : new sdk.ServiceBusClient(
            connection.fullyQualifiedNamespace,
            await azureIdentity(appDirectory, connection.clientId),
            options,
          );
    const senders = new Map<string, ServiceBusSender>();
    return {
      client,
      health: makeConnectionHealth(name, log),
      sender(entityName) {
        const sender = senders.get(entityName) ?? client.createSender(entityName);
        senders.set(entityName, sender);
        return sender;
      },
    };
  }

  return {
    async open(settingName) {
      const connection = settings.serviceBusConnection(settingName);
      const key = connection.kind === 'connectionString' ? connection.value : connection.fullyQualifiedNamespace;
      const existing = opened.get(key) ?? connect(settingName ?? 'AzureWebJobsServiceBus', connection);
      opened.set(key, existing);
      return existing;
    },
    async closeAll() {
      await Promise.allSettled([...opened.values()].map(async (connection) => (await connection).client.close()));
    },
  };
}

function fromConnectionString(create: () => ServiceBusClient, settingName: string): ServiceBusClient {
  try {
    return create();
  } catch (cause) {
    // The SDK's message may quote the connection string: the key must not reach a log.
    throw new StartupError(`The setting ${settingName} does not hold a valid Service Bus connection string.`, {
      cause,
    });
  }
}

interface IdentityPackage {
  DefaultAzureCredential: new (options: { managedIdentityClientId?: string }) => TokenCredential;
}

/** DefaultAzureCredential of the app's own or this host's @azure/identity, which is an optional package. */
async function azureIdentity(appDirectory: string, clientId: string | undefined): Promise<TokenCredential> {
  for (const from of [path.join(appDirectory, 'package.json'), import.meta.url]) {
    try {
      const file = createRequire(from).resolve('@azure/identity');
      const identity: IdentityPackage = await import(pathToFileURL(file).href);
      return new identity.DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new StartupError(
    'A Service Bus connection is given as NAME__fullyQualifiedNamespace, which needs an Azure identity: install @azure/identity beside the app, or give a connection string.',
  );
}
