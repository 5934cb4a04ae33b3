import type { Limits } from '../limits.ts';
import { inPages, pagesOfIds, type Query } from '../pages.ts';

const idsSql = 'SELECT order_id FROM orders WHERE $1::uuid IS NULL OR order_id > $1 ORDER BY order_id LIMIT $2';
const newestIdsSql = 'SELECT order_id FROM orders ORDER BY created_at DESC, order_id DESC LIMIT $1';

/** The orders that a check looks at, in pages of their ids. */
export async function* orderPages(orders: Query, { pageSize, newest }: Limits): AsyncGenerator<string[]> {
  if (newest === null) return yield* pagesOfIds(orders, idsSql, pageSize);
  const rows = await orders<{ order_id: string }>(newestIdsSql, [newest]);
  yield* inPages(
    rows.map((row) => row.order_id),
    pageSize,
  );
}
