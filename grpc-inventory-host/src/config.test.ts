import { chaosDefaults } from '@valerix/contracts/chaos-api';
import { expect, it } from 'vitest';
import { readConfig } from './config.ts';

const required = {
  INVENTORY_DATABASE_URL: 'postgresql://127.0.0.1/inventory',
  ServiceBusConnection: 'Endpoint=sb://x',
  StorageConnection: 'UseDevelopmentStorage=true',
};
const chaosOf = (env: Record<string, string>) => readConfig({ ...required, ...env }).chaos;

it('needs nothing but the three connections; faults are off', () => {
  expect(readConfig(required)).toEqual({
    databaseUrl: 'postgresql://127.0.0.1/inventory',
    databaseAuthentication: 'password',
    serviceBus: { connectionString: 'Endpoint=sb://x' },
    storage: { connectionString: 'UseDevelopmentStorage=true' },
    address: '0.0.0.0',
    grpcPort: 50_051,
    healthPort: 50_052,
    databaseMaxConnections: 10,
    logLevel: 'info',
    seedProducts: false,
    maxReservations: 2_000,
    chaosAllowed: true,
    chaos: chaosDefaults,
    crashPoint: undefined,
    telemetry: expect.objectContaining({ TELEMETRY_TRACES_PER_SECOND: 5, TELEMETRY_METRICS_INTERVAL_MS: 60_000 }),
  });
});

it('lists every fault at once', () => {
  expect(() =>
    readConfig({ GRPC_PORT: 'many', SCHRODINGER_CRASH_PROBABILITY: '1.5', SCHRODINGER_FAULT: 'sulk' }),
  ).toThrow(
    [
      'The configuration cannot be used:',
      '  INVENTORY_DATABASE_URL is required',
      '  ServiceBusConnection is required: a connection string, or else ServiceBusConnection__fullyQualifiedNamespace, to be opened with an identity',
      '  StorageConnection is required: a connection string, or else StorageConnection__tableServiceUri, to be opened with an identity',
      '  GRPC_PORT must be a number',
      '  SCHRODINGER_CRASH_PROBABILITY must be at most 1',
      '  SCHRODINGER_FAULT must be one of exit, drop, error',
    ].join('\n'),
  );
});

it('delays every call by 2 to 5 s with GREMLIN_MODE', () => {
  expect(chaosOf({ GREMLIN_MODE: 'true' }).gremlin).toMatchObject({
    mode: 'random',
    minDelayMs: 2_000,
    maxDelayMs: 5_000,
  });
});

it('delays every Nth call by 3 s with GREMLIN_EVERY_NTH, unless GREMLIN_MODE is switched off', () => {
  const everyFifth = { mode: 'every-nth', everyNth: 5, delayMs: 3_000 };
  expect(chaosOf({ GREMLIN_EVERY_NTH: '5' }).gremlin).toMatchObject(everyFifth);
  expect(chaosOf({ GREMLIN_EVERY_NTH: '5', GREMLIN_MODE: 'true' }).gremlin).toMatchObject(everyFifth);
  expect(chaosOf({ GREMLIN_EVERY_NTH: '5', GREMLIN_MODE: 'false' }).gremlin.mode).toBe('off');
});

it('crashes half of the calls with SCHRODINGER_MODE', () => {
  expect(chaosOf({ SCHRODINGER_MODE: 'true' }).schrodinger).toEqual({ mode: 'exit', probability: 0.5, everyNth: 0 });
});

it('takes a number as seed for itself, and another text for a number of its own', () => {
  expect(chaosOf({ CHAOS_SEED: '42' }).seed).toBe(42);
  const { seed } = chaosOf({ CHAOS_SEED: 'demo' });
  expect(seed).toBe(chaosOf({ CHAOS_SEED: 'demo' }).seed);
  expect(seed).not.toBe(chaosOf({ CHAOS_SEED: 'demo/2' }).seed);
  expect(chaosOf({ CHAOS_SEED: '4294967296' }).seed).toBeLessThan(2 ** 32);
});

it('refuses delays that contradict each other', () => {
  expect(() => chaosOf({ GREMLIN_MIN_DELAY_MS: '9000' })).toThrow(
    'GREMLIN_MIN_DELAY_MS must not be above GREMLIN_MAX_DELAY_MS',
  );
});

it('refuses any fault where faults are not allowed', () => {
  expect(() => chaosOf({ CHAOS_ALLOWED: 'false', GREMLIN_EVERY_NTH: '5', SCHRODINGER_MODE: 'true' })).toThrow(
    [
      'The configuration cannot be used:',
      '  GREMLIN_EVERY_NTH is set although CHAOS_ALLOWED is false',
      '  SCHRODINGER_MODE is set although CHAOS_ALLOWED is false',
    ].join('\n'),
  );
  expect(chaosOf({ CHAOS_ALLOWED: 'false' }).gremlin.mode).toBe('off');
});
