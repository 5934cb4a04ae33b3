import { randomUUID } from 'node:crypto';
import { type AnyEvent, type EventType, parseEvent } from '@valerix/contracts/events';
import { makeLogger } from '@valerix/platform/logger';
import type { Messaging } from '@valerix/platform/messaging';
import { makeMetrics } from '@valerix/platform/metrics';
import { makeOutbox, type Outbox } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import { createTestDatabase } from '../../../tests/setup/database.ts';
import { openInventoryDatabase } from './inventory-database.ts';
import { makeProducts, type Products } from './products.ts';
import { makeReservations, type Reservations, type ReserveRequest } from './reservations.ts';

/** The Inventory service on a database of its own, for tests. Nothing it sends arrives, so all of it can be looked at. */
export interface Inventory {
  readonly url: string;
  readonly database: Database;
  readonly messaging: Messaging;
  readonly outbox: Outbox;
  readonly products: Products;
  readonly reservations: Reservations;
  /** Creates a product with a fresh id, priced 19.90 EUR, low at 0 pieces. */
  product(stock: number, lowStockThreshold?: number): Promise<string>;
  stockOf(productId: string): Promise<number | undefined>;
  /** The events about an order or product, oldest first; each must be readable. */
  eventsAbout(id: string): Promise<AnyEvent[]>;
  stop(): Promise<void>;
}

const silent = makeLogger('test', 'error', () => {});

export async function startInventory(label: string): Promise<Inventory> {
  const { url, drop } = await createTestDatabase(label);
  const database = openInventoryDatabase({ url, maxConnections: 10, logger: silent, seed: false });
  const messaging: Messaging = {
    send: () => Promise.reject(new Error('there is no broker in this test')),
    schedule: async () => {},
    probe: async () => {},
    close: async () => {},
  };
  const outbox = makeOutbox({ database, messaging, logger: silent });
  const products = makeProducts({ database, outbox });
  const reservations = makeReservations({ database, outbox, metrics: makeMetrics('test') });
  return {
    url,
    database,
    messaging,
    outbox,
    products,
    reservations,
    async product(stock, lowStockThreshold = 0) {
      const productId = `product-${randomUUID().slice(0, 8)}`;
      const wanted = { name: 'Espresso beans', unitPriceMinor: 1990, currency: 'EUR' };
      await products.put(productId, { ...wanted, initialStock: stock, lowStockThreshold }, null);
      return productId;
    },
    async stockOf(productId) {
      return (await products.find(productId))?.stock;
    },
    async eventsAbout(id) {
      const rows = await database.query<{ body: unknown }>(
        "SELECT body FROM outbox WHERE $1 IN (body #>> '{data,orderId}', body #>> '{data,productId}') ORDER BY position",
        [id],
      );
      return rows.map(({ body }) => {
        const parsed = parseEvent(body);
        if (parsed.kind === 'unreadable') throw new Error(parsed.detail);
        return parsed.event;
      });
    },
    async stop() {
      await database.close();
      await drop();
    },
  };
}

/** A request for a fresh order: `[productId, quantity]` per line. */
export function asks(...lines: readonly (readonly [productId: string, quantity: number])[]): ReserveRequest {
  return {
    orderId: randomUUID(),
    lines: lines.map(([productId, quantity]) => ({ productId, quantity })),
    traceparent: null,
  };
}

export function typesOf(events: readonly AnyEvent[]): EventType[] {
  return events.map(({ eventType }) => eventType);
}
