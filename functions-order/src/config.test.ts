import { ConfigError } from '@valerix/platform/config';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const least = {
  ORDERS_DATABASE_URL: 'postgresql://db/orders',
  ServiceBusConnection: 'Endpoint=sb://bus',
  StorageConnection: 'UseDevelopmentStorage=true',
  WebPubSubConnectionString: 'Endpoint=https://push.example;AccessKey=secret;Version=1.0;',
  INVENTORY_GRPC_URL: 'https://warehouse',
};

test('the defaults are the documented numbers', () => {
  expect(readConfig(least)).toEqual({
    ORDERS_DATABASE_URL: least.ORDERS_DATABASE_URL,
    INVENTORY_GRPC_URL: least.INVENTORY_GRPC_URL,
    ServiceBusConnection: { connectionString: least.ServiceBusConnection },
    StorageConnection: { connectionString: least.StorageConnection },
    WebPubSubConnectionString: { connectionString: least.WebPubSubConnectionString },
    DATABASE_AUTHENTICATION: 'password',
    CHAOS_ALLOWED: true,
    TELEMETRY_TRACES_PER_SECOND: 5,
    TELEMETRY_METRICS_INTERVAL_MS: 60_000,
    CRASH_POINT_NTH: 1,
    DATABASE_MAX_CONNECTIONS: 10,
    LOG_LEVEL: 'info',
    INVENTORY_BUDGET_MS: 2_000,
    INVENTORY_ATTEMPT_TIMEOUT_MS: 0,
    INVENTORY_MAX_ATTEMPTS: 3,
    INVENTORY_BACKOFF_MS: 50,
    BREAKER_ERROR_PERCENT: 50,
    BREAKER_WINDOW_MS: 10_000,
    BREAKER_MIN_CALLS: 5,
    BREAKER_RESET_MS: 10_000,
    SWEEP_AGES_MS: [15_000, 60_000, 300_000],
    SWEEP_GIVE_UP_MS: 900_000,
    ORDER_MAX_IN_FLIGHT: 200,
    ORDER_MAX_WAITING: 1_000,
    ORDER_MAX_WAIT_MS: 5_000,
    ORDER_OVERLOAD_WAIT_MS: 500,
    ORDER_DATABASE_BUDGET_MS: 1_000,
    IDEMPOTENCY_WAIT_MS: 2_000,
    IDEMPOTENCY_KEEP_HOURS: 24,
  });
});

test('one message names every fault', () => {
  const faulty = {
    ServiceBusConnection: ' ',
    WebPubSubConnectionString: 'Endpoint=https://push.example',
    INVENTORY_GRPC_URL: 'warehouse:50051',
    INVENTORY_BUDGET_MS: 'soon',
    SWEEP_AGES_MS: '60000,15000',
  };
  const read = () => readConfig(faulty);
  expect(read).toThrow(ConfigError);
  for (const name of [
    'ORDERS_DATABASE_URL',
    'ServiceBusConnection',
    'StorageConnection',
    'WebPubSubConnectionString',
    'INVENTORY_GRPC_URL',
    'INVENTORY_BUDGET_MS',
    'SWEEP_AGES_MS',
  ])
    expect(read).toThrow(name);
});

test.each(['', '15000,', 'a,b', '0', '1.5', '5,5'])('the ages of the sweep cannot be "%s"', (ages) => {
  const read = () => readConfig({ ...least, SWEEP_AGES_MS: ages });
  if (ages === '') expect(read().SWEEP_AGES_MS).toHaveLength(3);
  else expect(read).toThrow('SWEEP_AGES_MS');
});

test('giving up before the last question is refused', () => {
  expect(() => readConfig({ ...least, SWEEP_GIVE_UP_MS: '300000' })).toThrow('SWEEP_GIVE_UP_MS');
});
