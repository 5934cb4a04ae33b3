import {
  serviceBusConnection,
  storageConnection,
  webPubSubConnection,
} from '@valerix/platform/azure/connection-settings';
import { databaseAuthentications, databaseUrl } from '@valerix/platform/azure/database-login';
import { ConfigError, choice, integer, parseConfig, text } from '@valerix/platform/config';
import { crashPointSettings, crashPointVariables } from '@valerix/platform/crash-points';
import { MINUTE, SECOND } from '@valerix/platform/durations';
import { logLevels } from '@valerix/platform/logger';
import { telemetryVariables } from '@valerix/platform/telemetry/telemetry';
import { z } from 'zod';

const grpcUrl = () =>
  text().pipe(z.url({ protocol: /^https?$/, error: 'must be an http:// (plain text) or https:// (TLS) URL' }));

/** Growing numbers of milliseconds, separated by commas. */
const growing = (fallback: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' && value.trim() !== '' ? value : fallback).split(',').map(Number),
    z
      .array(z.int('must be whole numbers of milliseconds').min(1, 'must be at least 1'))
      .refine((ages) => ages.every((age, index) => age > (ages[index - 1] ?? 0)), 'must grow'),
  );

const shape = {
  DATABASE_AUTHENTICATION: choice(databaseAuthentications, 'password'),
  /** The Inventory service: `http://host:port` or `https://host`. */
  INVENTORY_GRPC_URL: grpcUrl(),
  DATABASE_MAX_CONNECTIONS: integer(10, { min: 1, max: 100 }),
  LOG_LEVEL: choice(logLevels, 'info'),

  /** ms for the reservation of one order, retries and pauses included. */
  INVENTORY_BUDGET_MS: integer(2 * SECOND, { min: 1 }),
  /** ms for one attempt; 0: the budget. */
  INVENTORY_ATTEMPT_TIMEOUT_MS: integer(0),
  INVENTORY_MAX_ATTEMPTS: integer(3, { min: 1, max: 10 }),
  /** ms before the first retry, doubled before each further one. */
  INVENTORY_BACKOFF_MS: integer(50),

  /** Per cent of failed calls at which the breaker opens. */
  BREAKER_ERROR_PERCENT: integer(50, { min: 1, max: 100 }),
  /** ms of the rolling window in which calls are counted. */
  BREAKER_WINDOW_MS: integer(10 * SECOND, { min: 100 }),
  /** Calls in the window below which the breaker stays closed. */
  BREAKER_MIN_CALLS: integer(5, { min: 1 }),
  /** ms after which an open breaker lets one call through. */
  BREAKER_RESET_MS: integer(10 * SECOND, { min: 1 }),

  /** Ages in ms at which the Inventory service is asked about an order that is not settled; all beyond the budget. */
  SWEEP_AGES_MS: growing('15000,60000,300000'),
  /** Age in ms at which such an order is given up. */
  SWEEP_GIVE_UP_MS: integer(15 * MINUTE, { min: 1 }),

  /** Orders that are worked on at the same time. */
  ORDER_MAX_IN_FLIGHT: integer(200, { min: 1 }),
  /** Orders that may wait for that. */
  ORDER_MAX_WAITING: integer(1_000),
  /** ms that an order waits for that in a burst. */
  ORDER_MAX_WAIT_MS: integer(5 * SECOND, { min: 1 }),
  /** ms that an order waits for that in an overload: once the queue was full, or stood for the time above. */
  ORDER_OVERLOAD_WAIT_MS: integer(SECOND / 2, { min: 1 }),

  /** ms for which recording an order is tried while the database is away. */
  ORDER_DATABASE_BUDGET_MS: integer(1 * SECOND, { min: 1 }),
  /** ms that a repeated request waits for the one before it. */
  IDEMPOTENCY_WAIT_MS: integer(2 * SECOND),
  /** Hours for which an idempotency key is remembered. */
  IDEMPOTENCY_KEEP_HOURS: integer(24, { min: 1 }),

  ...crashPointVariables,
  ...telemetryVariables,
};

const connections = (env: Readonly<Record<string, string | undefined>>) => ({
  /** PostgreSQL connection URL of the orders database. */
  ORDERS_DATABASE_URL: databaseUrl(env),
  /** The triggers read the same setting. */
  ServiceBusConnection: serviceBusConnection(env),
  /** Its tables hold what the alerts are judged by, its blobs the snapshots that wait for the backup. */
  StorageConnection: storageConnection(env, ['blobServiceUri', 'tableServiceUri']),
  /** Browsers are sent there with tokens of ours. */
  WebPubSubConnectionString: webPubSubConnection(env),
});

/** The settings of the Order service. Throws a `ConfigError` that names every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>) {
  const config = parseConfig({ ...shape, ...connections(env) }, env);
  const lastAge = config.SWEEP_AGES_MS.at(-1) ?? 0;
  if (config.SWEEP_GIVE_UP_MS <= lastAge) {
    throw new ConfigError(`The configuration cannot be used:\n  SWEEP_GIVE_UP_MS must be more than ${lastAge}`);
  }
  return Object.freeze({ ...config, crashPoint: crashPointSettings(config) });
}

export type OrderConfig = ReturnType<typeof readConfig>;
