import type { StatusChange } from '@valerix/contracts/order-api';
import { makeBatcher } from '@valerix/platform/batcher';
import type { Database } from '@valerix/platform/postgres';
import type { Order } from '../domain/order.ts';
import { type OrderRow, orderOf } from './order-row.ts';

const withHistorySql = `
  SELECT o.*, (
    SELECT jsonb_agg(
      jsonb_build_object(
        'orderVersion', l.version, 'from', l.from_status, 'to', l.to_status, 'reason', l.reason, 'at', l.at
      ) ORDER BY l.version
    )
    FROM status_log l WHERE l.order_id = o.order_id
  ) AS history
  FROM orders_with_items o WHERE o.order_id = ANY($1::uuid[])`;

interface OrderWithHistory {
  readonly order: Order;
  /** Every status the order had, oldest first. */
  readonly history: readonly StatusChange[];
}

export type ReadOrderWithHistory = (orderId: string) => Promise<OrderWithHistory | undefined>;

/** Reads one order with its history, both of the same moment; reads that meet share a statement. */
export function makeReadOrderWithHistory(database: Database): ReadOrderWithHistory {
  return makeBatcher<string, OrderWithHistory | undefined>({
    maxBatch: 100,
    maxConcurrent: 3,
    run: async (orderIds) => {
      const rows = await database.query<OrderRow & { history: StatusChange[] }>(withHistorySql, [orderIds]);
      const found = new Map(rows.map((row) => [row.order_id, row]));
      return orderIds.map((orderId) => {
        const row = found.get(orderId.toLowerCase());
        return row && { order: orderOf(row), history: row.history.map(inUtc) };
      });
    },
  });
}

const inUtc = (change: StatusChange): StatusChange => ({ ...change, at: new Date(change.at).toISOString() });
