import { backupVariables } from '@valerix/backup/backup-settings';
import {
  type ServiceBusConnection,
  type StorageConnection,
  serviceBusConnection,
  storageConnection,
  type WebPubSubConnection,
  webPubSubConnection,
} from '@valerix/platform/azure/connection-settings';
import {
  type DatabaseAuthentication,
  databaseAuthentications,
  databaseUrl,
} from '@valerix/platform/azure/database-login';
import { choice, flag, integer, parseConfig } from '@valerix/platform/config';
import { type CrashPointSettings, crashPointSettings, crashPointVariables } from '@valerix/platform/crash-points';
import { type LogLevel, logLevels } from '@valerix/platform/logger';
import { type TelemetrySettings, telemetrySettings, telemetryVariables } from '@valerix/platform/telemetry/telemetry';

export interface AppConfig {
  readonly databaseUrl: string;
  readonly databaseAuthentication: DatabaseAuthentication;
  readonly serviceBus: ServiceBusConnection;
  readonly storage: StorageConnection;
  readonly webPubSub: WebPubSubConnection;
  readonly databaseMaxConnections: number;
  readonly logLevel: LogLevel;
  readonly seedProducts: boolean;
  /** Whether an operator may switch faults on at run time. */
  readonly chaosAllowed: boolean;
  readonly backup: {
    /** A second account for copies. */
    readonly copyStorage: StorageConnection | undefined;
    readonly vaultUrl: string | undefined;
    readonly callTimeoutMs: number;
  };
  readonly crashPoint: CrashPointSettings | undefined;
  readonly telemetry: TelemetrySettings;
}

/** Reads the app's settings; throws a `ConfigError` that lists every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): AppConfig {
  const settings = parseConfig(
    {
      INVENTORY_DATABASE_URL: databaseUrl(env),
      DATABASE_AUTHENTICATION: choice(databaseAuthentications, 'password'),
      ServiceBusConnection: serviceBusConnection(env),
      StorageConnection: storageConnection(env, ['blobServiceUri', 'tableServiceUri']),
      WebPubSubConnectionString: webPubSubConnection(env),
      DATABASE_MAX_CONNECTIONS: integer(10, { min: 1, max: 200 }),
      LOG_LEVEL: choice(logLevels, 'info'),
      SEED_PRODUCTS: flag(false),
      ...backupVariables(env),
      ...crashPointVariables,
      ...telemetryVariables,
    },
    env,
  );
  return Object.freeze({
    databaseUrl: settings.INVENTORY_DATABASE_URL,
    databaseAuthentication: settings.DATABASE_AUTHENTICATION,
    serviceBus: settings.ServiceBusConnection,
    storage: settings.StorageConnection,
    webPubSub: settings.WebPubSubConnectionString,
    databaseMaxConnections: settings.DATABASE_MAX_CONNECTIONS,
    logLevel: settings.LOG_LEVEL,
    seedProducts: settings.SEED_PRODUCTS,
    chaosAllowed: settings.CHAOS_ALLOWED,
    backup: {
      copyStorage: settings.BackupCopyConnection,
      vaultUrl: settings.BACKUP_VAULT_URL,
      callTimeoutMs: settings.BACKUP_CALL_TIMEOUT_MS,
    },
    crashPoint: crashPointSettings(settings),
    telemetry: telemetrySettings(settings),
  });
}
