import type { Limits } from '../limits.ts';
import type { Query } from '../pages.ts';
import type { Tally } from '../tally.ts';

const pageSql = `
  WITH page AS (
    SELECT scope, key, order_id FROM idempotency_keys WHERE $1::text IS NULL OR (scope, key) > ($1, $2)
    ORDER BY scope, key LIMIT $3
  )
  SELECT page.scope, page.key, page.order_id, o.order_id IS NULL AS is_orphan,
    page.scope <> coalesce(o.customer_id, '') AS is_foreign
  FROM page LEFT JOIN orders o USING (order_id) ORDER BY scope, key`;

interface KeyRow {
  readonly scope: string;
  readonly key: string;
  readonly order_id: string;
  readonly is_orphan: boolean;
  readonly is_foreign: boolean;
}

/** Findings name the order: a key and its scope are the customer's own. */
export async function checkIdempotencyKeys(orders: Query, tally: Tally, { pageSize }: Limits): Promise<void> {
  let last: KeyRow | undefined;
  for (;;) {
    const rows: KeyRow[] = await orders<KeyRow>(pageSql, [last?.scope ?? null, last?.key ?? null, pageSize]);
    tally.examine(rows.length);
    for (const { order_id: subject, is_orphan, is_foreign } of rows) {
      if (is_orphan) {
        const explanation = `An idempotency key stands for order ${subject}, which does not exist.`;
        tally.breach({ subject, explanation, repairable: { kind: 'forget_keys', orderId: subject } });
      } else if (is_foreign) {
        const explanation = `An idempotency key of one customer stands for order ${subject} of another.`;
        tally.breach({ subject, explanation, repairable: null });
      }
    }
    if (rows.length < pageSize) return;
    last = rows.at(-1);
  }
}
