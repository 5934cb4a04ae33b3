import { makeBatcher } from '@valerix/platform/batcher';
import type { Database } from '@valerix/platform/postgres';
import type { Order } from '../domain/order.ts';
import { type OrderRow, orderOf } from './order-row.ts';

const byIdsSql = 'SELECT * FROM orders_with_items WHERE order_id = ANY($1::uuid[])';

/** The orders of these ids that exist, by id. */
export async function readOrders(run: Database['query'], orderIds: readonly string[]): Promise<Map<string, Order>> {
  if (orderIds.length === 0) return new Map();
  const rows = await run<OrderRow>(byIdsSql, [[...new Set(orderIds)]]);
  return new Map(rows.map((row) => [row.order_id, orderOf(row)]));
}

export type ReadOrder = (orderId: string) => Promise<Order | undefined>;

/** Reads one order; reads that meet share a statement. */
export function makeReadOrder(database: Database): ReadOrder {
  return makeBatcher<string, Order | undefined>({
    maxBatch: 200,
    maxConcurrent: 3,
    run: async (orderIds) => {
      const found = await readOrders(database.query, orderIds);
      return orderIds.map((orderId) => found.get(orderId.toLowerCase()));
    },
  });
}
