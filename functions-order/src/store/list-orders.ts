import type { OrderQuery } from '@valerix/contracts/order-api';
import type { Database } from '@valerix/platform/postgres';
import { RequestError } from '@valerix/platform/problem';
import { z } from 'zod';
import type { Order } from '../domain/order.ts';
import { type OrderRow, orderOf } from './order-row.ts';

/** One more row than the page shows tells whether there is a next page. A null filter matches everything. */
const pageSql = `
  SELECT o.* FROM orders_with_items o
  WHERE ($1::text[] IS NULL OR o.status = ANY($1))
    AND ($2::text IS NULL OR o.customer_id = $2)
    AND ($3::text IS NULL OR EXISTS (
      SELECT FROM order_items line WHERE line.order_id = o.order_id AND line.product_id = $3
    ))
    AND ($4::timestamptz IS NULL OR o.created_at >= $4)
    AND ($5::timestamptz IS NULL OR o.created_at < $5)
    AND ($6::timestamptz IS NULL OR (o.created_at, o.order_id) < ($6, $7::uuid))
  ORDER BY o.created_at DESC, o.order_id DESC
  LIMIT $8 + 1`;

export interface OrderPageRows {
  readonly orders: readonly Order[];
  readonly nextCursor: string | null;
}

/** Orders newest first. Pages follow each other by the last order shown, so new orders shift none of them. */
export async function listOrders(database: Pick<Database, 'query'>, query: OrderQuery): Promise<OrderPageRows> {
  const { status, customerId, productId, from, to, limit, cursor } = query;
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows = await database.query<OrderRow>(pageSql, [
    status ?? null,
    customerId ?? null,
    productId ?? null,
    from ?? null,
    to ?? null,
    after?.createdAt ?? null,
    after?.orderId ?? null,
    limit,
  ]);
  const orders = rows.slice(0, limit).map(orderOf);
  const last = orders.at(-1);
  return { orders, nextCursor: rows.length > limit && last !== undefined ? cursorAfter(last) : null };
}

const cursorAfter = ({ createdAt, orderId }: Order): string =>
  Buffer.from(JSON.stringify([createdAt.toISOString(), orderId])).toString('base64url');

const cursorContent = z.tuple([z.iso.datetime(), z.uuid()]);

function readCursor(cursor: string): { createdAt: string; orderId: string } {
  const refuse = (cause: unknown): never => {
    const errors = [{ field: 'cursor', message: 'must be the nextCursor of an earlier page' }];
    throw new RequestError('invalid_request', { errors }, { cause });
  };
  try {
    const [createdAt, orderId] = cursorContent.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { createdAt, orderId };
  } catch (error) {
    return refuse(error);
  }
}
