import { randomUUID } from 'node:crypto';
import type { OrderStatus } from '@valerix/contracts/order';
import { startInventory } from '@valerix/inventory/inventory.fixture';
import { MINUTE, SECOND } from '@valerix/platform/durations';
import { makeLogger } from '@valerix/platform/logger';
import type { Database } from '@valerix/platform/postgres';
import pg from 'pg';
import { inject } from 'vitest';
import { makeChangeOrder } from '../../../functions-order/src/change-order.ts';
import { newOrder } from '../../../functions-order/src/domain/order.ts';
import { makeCreateOrder, orderIntent } from '../../../functions-order/src/store/create-orders.ts';
import { makeReadOrder } from '../../../functions-order/src/store/read-orders.ts';
import { openOrdersDatabase } from '../../../functions-order/testing/orders-database.ts';
import type { Side } from './finding.ts';

export interface Wanted {
  readonly status: OrderStatus;
  readonly productId: string;
  readonly quantity?: number;
  readonly customerId?: string;
  readonly key?: string;
  readonly ageMs?: number;
}

export interface RepairRow {
  readonly run_id: string;
  readonly check_name: string;
  readonly subject: string;
  readonly repair: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The books of both services on databases of this test file's own, kept by the services' own code. */
export interface TestBooks {
  readonly orders: Database;
  readonly inventory: Database;
  readonly urls: Readonly<Record<Side, string>>;
  /** A product with so much in stock. */
  product(stock: number): Promise<string>;
  /** An order of one product that went its ordinary way to `status`, everything about it sent and heard. */
  order(wanted: Wanted): Promise<string>;
  /** What happens to a confirmed order afterwards, sent and heard as well. */
  end(orderId: string, how: 'ship' | 'cancel'): Promise<void>;
  /** What a restore or a fix by hand can do: changes that no trigger and no foreign key looks at. */
  corrupt(side: Side, sql: string, parameters?: readonly unknown[]): Promise<void>;
  repairs(side: Side): Promise<RepairRow[]>;
  /** Empties both. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** A confirmed order's last step undone, as by a restore to an earlier moment. */
export const woundBack = [
  'DELETE FROM status_log WHERE order_id = $1 AND version = 3',
  "UPDATE orders SET status = 'confirmed', version = 2 WHERE order_id = $1",
];

const schedule = { askAtAgesMs: [15 * SECOND], giveUpAtAgeMs: 15 * MINUTE };
const unsent = { publish: async () => {} };
const tables: Readonly<Record<Side, string>> = {
  orders: 'idempotency_keys, order_items, status_log, orders, outbox, quarantined_messages, repairs',
  inventory: 'reservation_lines, reservations, stock_ledger, products, outbox, quarantined_messages, repairs',
};

export async function openTestBooks(label: string): Promise<TestBooks> {
  const { url: ordersUrl, database: orders, drop } = await openOrdersDatabase(`${label} orders`);
  const inventory = await startInventory(`${label} inventory`);
  await inventory.database.ready();
  const urls = { orders: ordersUrl, inventory: inventory.url };
  const admin = { orders: await asAdmin(urls.orders), inventory: await asAdmin(urls.inventory) };
  const corrupt: TestBooks['corrupt'] = async (side, sql, parameters = []) => {
    await admin[side].query(sql, [...parameters]);
  };
  const allSent = () =>
    Promise.all([orders.query('DELETE FROM outbox'), inventory.database.query('DELETE FROM outbox')]);

  const changeOrderAt = (now: Date) =>
    makeChangeOrder({
      database: orders,
      logger: makeLogger('test', 'error', () => {}),
      outbox: unsent,
      readOrder: makeReadOrder(orders),
      schedule,
      now: () => now,
    });
  const end = async (orderId: string, how: 'ship' | 'cancel', now: Date) => {
    await changeOrderAt(now)(orderId, { kind: how });
    if (how === 'ship') await inventory.reservations.ship(orderId);
    else await inventory.reservations.release({ orderId, reason: 'cancelled', traceparent: null });
  };

  return {
    orders,
    inventory: inventory.database,
    urls,
    corrupt,
    product: (stock) => inventory.product(stock),
    async order({ status, productId, quantity = 2, customerId = 'anna', key, ageMs = 0 }) {
      const now = new Date(Date.now() - ageMs);
      const order = newOrder({
        orderId: randomUUID(),
        customerId,
        items: [{ productId, quantity }],
        traceparent: null,
        now,
        nextCheckAt: new Date(now.getTime() + 15 * SECOND),
      });
      const { orderId } = order;
      const claim = key === undefined ? null : { scope: customerId, key, requestHash: 'hash' };
      await makeCreateOrder(orders, unsent)(orderIntent(order, claim));
      const change = (input: Parameters<ReturnType<typeof changeOrderAt>>[1]) => changeOrderAt(now)(orderId, input);
      if (status === 'pending_verification') await change({ kind: 'outcome_unknown', reason: 'grpc_timeout' });
      if (status === 'failed') {
        await change({ kind: 'refused', refusal: { reason: 'rejected', productId: null, availableStock: null } });
        await inventory.reservations.release({ orderId, reason: 'rejected', traceparent: null });
      }
      if (status === 'confirmed' || status === 'shipped' || status === 'cancelled') {
        const reserved = await inventory.reservations.reserve({ orderId, lines: order.items, traceparent: null });
        if (reserved.kind !== 'reserved') throw new Error(`not reserved but ${reserved.kind}`);
        const { reservationId, lines } = reserved;
        await change({ kind: 'reserved', reservation: { reservationId, lines: [...lines] } });
      }
      if (status === 'shipped') await end(orderId, 'ship', now);
      if (status === 'cancelled') await end(orderId, 'cancel', now);
      await allSent();
      return orderId;
    },
    async end(orderId, how) {
      await end(orderId, how, new Date());
      await allSent();
    },
    repairs: (side) =>
      (side === 'orders' ? orders : inventory.database).query<RepairRow>('SELECT * FROM repairs ORDER BY repair_id'),
    async empty() {
      for (const side of ['orders', 'inventory'] as const) await corrupt(side, `TRUNCATE ${tables[side]}`);
    },
    async stop() {
      await Promise.all([admin.orders.end(), admin.inventory.end()]);
      await inventory.stop();
      await drop();
    },
  };
}

/** A superuser's connection on which no trigger and no foreign key is looked at. */
async function asAdmin(ownerUrl: string): Promise<pg.Client> {
  const url = new URL(inject('postgresAdminUrl'));
  url.pathname = new URL(ownerUrl).pathname;
  const client = new pg.Client({ connectionString: url.href });
  client.on('error', () => {});
  await client.connect();
  await client.query("SET session_replication_role = 'replica'");
  return client;
}
