import { randomUUID } from 'node:crypto';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { InventoryServiceClient, type ReserveStockResponse } from '@valerix/contracts/grpc';
import type { Inventory } from '@valerix/inventory/inventory.fixture';
import { makeLogger } from '@valerix/platform/logger';
import { onTestFinished } from 'vitest';
import { noStorage } from '../../tests/setup/azurite.ts';
import { readConfig } from './config.ts';
import { type Host, startHost } from './host.ts';

export interface StartedHost {
  readonly host: Host;
  readonly client: InventoryServiceClient;
  /** What the process would have ended with. */
  readonly exits: readonly number[];
  /** Its warnings and errors, one JSON line each. */
  readonly log: readonly string[];
}

/** The host on free ports, with a client of its own; both end with the test. `onExit` is called in place of an exit. */
export async function startTestHost(
  inventory: Inventory,
  env: Readonly<Record<string, string>> = {},
  onExit: () => void = () => {},
): Promise<StartedHost> {
  const exits: number[] = [];
  const log: string[] = [];
  const host = await startHost(
    readConfig({
      INVENTORY_DATABASE_URL: inventory.url,
      ServiceBusConnection: 'unused',
      StorageConnection: noStorage,
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      HEALTH_PORT: '0',
      DATABASE_MAX_CONNECTIONS: '3',
      ...env,
    }),
    {
      logger: makeLogger('test', 'warn', (line) => log.push(line)),
      messaging: inventory.messaging,
      exit: (code) => {
        exits.push(code);
        onExit();
        throw new Error('the process would have ended here');
      },
    },
  );
  onTestFinished(() => host.stop());
  const client = new InventoryServiceClient(`127.0.0.1:${host.grpcPort}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return { host, client, exits, log };
}

export interface ReserveFacts {
  readonly orderId?: string;
  readonly productId?: string;
  readonly quantity?: number;
  readonly lines?: readonly (readonly [productId: string, quantity: number])[];
}

/** Calls ReserveStock, for a fresh order unless told otherwise. */
export function reserve(
  client: InventoryServiceClient,
  { orderId = randomUUID(), productId = '', quantity = 0, lines = [] }: ReserveFacts,
  deadline = Date.now() + 5_000,
): Promise<ReserveStockResponse> {
  const listed = lines.map(([id, count]) => ({ productId: id, quantity: count }));
  return new Promise((resolve, reject) => {
    client.reserveStock(
      { orderId, productId, quantity, lines: listed },
      new Metadata(),
      { deadline },
      (error, answer) => (error ? reject(error) : resolve(answer)),
    );
  });
}

/** The error that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) throw new Error('the call succeeded');
  return error as ServiceError;
}
