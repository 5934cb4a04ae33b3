import type { ChaosSettings } from '@valerix/contracts/chaos-api';
import {
  type ServiceBusConnection,
  type StorageConnection,
  serviceBusConnection,
  storageConnection,
} from '@valerix/platform/azure/connection-settings';
import {
  type DatabaseAuthentication,
  databaseAuthentications,
  databaseUrl,
} from '@valerix/platform/azure/database-login';
import { choice, flag, integer, optionalText, parseConfig } from '@valerix/platform/config';
import { type CrashPointSettings, crashPointSettings, crashPointVariables } from '@valerix/platform/crash-points';
import { type LogLevel, logLevels } from '@valerix/platform/logger';
import { type TelemetrySettings, telemetrySettings, telemetryVariables } from '@valerix/platform/telemetry/telemetry';
import { chaosSettingsOf, chaosVariables } from './chaos/chaos-settings.ts';

export interface HostConfig {
  readonly databaseUrl: string;
  readonly databaseAuthentication: DatabaseAuthentication;
  readonly serviceBus: ServiceBusConnection;
  readonly storage: StorageConnection;
  /** The address both servers listen on. */
  readonly address: string;
  /** Of the gRPC server; 0 takes a free one. */
  readonly grpcPort: number;
  /** Of the HTTP server for health and metrics; 0 takes a free one. */
  readonly healthPort: number;
  readonly databaseMaxConnections: number;
  /** ReserveStock calls under way at once, beyond which one is refused with RESOURCE_EXHAUSTED. */
  readonly maxReservations: number;
  readonly logLevel: LogLevel;
  readonly seedProducts: boolean;
  /** Whether an operator may switch faults on at run time. */
  readonly chaosAllowed: boolean;
  /** The faults that are in force unless an operator sets others. */
  readonly chaos: ChaosSettings;
  readonly crashPoint: CrashPointSettings | undefined;
  readonly telemetry: TelemetrySettings;
}

const PORT_MAX = 65_535;

/** Reads the host's settings; throws a `ConfigError` that lists every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): HostConfig {
  const settings = parseConfig(
    {
      INVENTORY_DATABASE_URL: databaseUrl(env),
      DATABASE_AUTHENTICATION: choice(databaseAuthentications, 'password'),
      ServiceBusConnection: serviceBusConnection(env),
      StorageConnection: storageConnection(env, ['tableServiceUri']),
      GRPC_HOST: optionalText(),
      GRPC_PORT: integer(50_051, { max: PORT_MAX }),
      HEALTH_PORT: integer(50_052, { max: PORT_MAX }),
      DATABASE_MAX_CONNECTIONS: integer(10, { min: 1, max: 200 }),
      GRPC_MAX_IN_FLIGHT: integer(2_000, { min: 1 }),
      LOG_LEVEL: choice(logLevels, 'info'),
      SEED_PRODUCTS: flag(false),
      ...chaosVariables,
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
    address: settings.GRPC_HOST ?? '0.0.0.0',
    grpcPort: settings.GRPC_PORT,
    healthPort: settings.HEALTH_PORT,
    databaseMaxConnections: settings.DATABASE_MAX_CONNECTIONS,
    maxReservations: settings.GRPC_MAX_IN_FLIGHT,
    logLevel: settings.LOG_LEVEL,
    seedProducts: settings.SEED_PRODUCTS,
    chaosAllowed: settings.CHAOS_ALLOWED,
    chaos: chaosSettingsOf(settings),
    crashPoint: crashPointSettings(settings),
    telemetry: telemetrySettings(settings),
  });
}
