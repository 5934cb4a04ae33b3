import type { Repair } from '../finding.ts';
import type { Limits } from '../limits.ts';
import type { Query } from '../pages.ts';
import type { Tally } from '../tally.ts';
import { orderPages } from './order-pages.ts';

/** A total is what the lines come to, and there is none over two currencies. */
const incompleteSql = `
  WITH line AS (
    SELECT order_id, count(*)::int AS lines, count(unit_price_minor)::int AS priced,
      CASE WHEN count(unit_price_minor) = count(*) AND count(DISTINCT currency) = 1
        THEN sum(unit_price_minor * quantity) END AS comes_to,
      CASE WHEN count(unit_price_minor) = count(*) AND count(DISTINCT currency) = 1 THEN min(currency) END AS currency
    FROM order_items WHERE order_id = ANY ($1::uuid[]) GROUP BY order_id
  )
  SELECT o.order_id, o.status, o.reservation_id IS NOT NULL AS has_reservation, o.total_minor::float8 AS total,
    coalesce(lines, 0) AS lines, coalesce(priced, 0) AS priced, comes_to::float8 AS comes_to,
    o.total_minor IS NOT DISTINCT FROM comes_to AND o.currency IS NOT DISTINCT FROM line.currency AS adds_up
  FROM orders o LEFT JOIN line USING (order_id)
  WHERE o.order_id = ANY ($1::uuid[]) AND (
    lines IS NULL
    OR o.status IN ('confirmed', 'shipped') AND (
      o.reservation_id IS NULL OR priced < lines
      OR o.total_minor IS DISTINCT FROM comes_to OR o.currency IS DISTINCT FROM line.currency
    )
  )
  ORDER BY o.order_id`;

interface Incomplete {
  readonly order_id: string;
  readonly status: string;
  readonly has_reservation: boolean;
  readonly total: number | null;
  readonly lines: number;
  readonly priced: number;
  readonly comes_to: number | null;
  readonly adds_up: boolean;
}

/** What an order must have at any time, and what it must have once it was confirmed; each fault is its own finding. */
export async function checkConfirmedOrders(orders: Query, tally: Tally, limits: Limits): Promise<void> {
  for await (const ids of orderPages(orders, limits)) {
    tally.examine(ids.length);
    for (const row of await orders<Incomplete>(incompleteSql, [ids])) judge(row, tally);
  }
}

function judge(row: Incomplete, tally: Tally): void {
  const { order_id: subject, status, total, lines, priced, comes_to } = row;
  const breach = (what: string, repairable: Repair | null) =>
    tally.breach({ subject, explanation: `Order ${subject} is ${status}, but ${what}.`, repairable });
  if (lines === 0) {
    breach('it has no lines', null);
    return;
  }
  if (!row.has_reservation) breach('it names no reservation', { kind: 'name_reservation', orderId: subject });
  if (priced < lines) {
    breach(`${lines - priced} of its ${lines} lines have no price`, { kind: 'price', orderId: subject });
  } else if (!row.adds_up) {
    breach(`its total is ${total ?? 'missing'} and its lines come to ${comes_to ?? 'no single sum'}`, {
      kind: 'price',
      orderId: subject,
    });
  }
}
