import type { OrderStatus } from '@valerix/contracts/order';
import type { Limits } from '../limits.ts';
import type { Query } from '../pages.ts';
import type { Tally } from '../tally.ts';
import { orderPages } from './order-pages.ts';

/** The steps an order may take; a test holds them to the law of the Order service. */
export const legalSteps: readonly (readonly [from: OrderStatus, to: OrderStatus])[] = [
  ['pending', 'confirmed'],
  ['pending', 'failed'],
  ['pending', 'pending_verification'],
  ['pending_verification', 'confirmed'],
  ['pending_verification', 'failed'],
  ['pending_verification', 'cancelled'],
  ['confirmed', 'cancelled'],
  ['confirmed', 'shipped'],
];

/** Orders whose log is not one entry for each version, each beginning where the one before ended, up to the status. */
const untoldSql = `
  WITH step AS (
    SELECT order_id, version, from_status, to_status, lag(to_status) OVER earlier AS stood
    FROM status_log WHERE order_id = ANY ($1::uuid[])
    WINDOW earlier AS (PARTITION BY order_id ORDER BY version)
  ), story AS (
    SELECT order_id, count(*)::int AS entries, max(version) AS last_version,
      (array_agg(to_status ORDER BY version DESC))[1] AS last_status,
      count(*) FILTER (WHERE from_status IS DISTINCT FROM stood)::int AS gaps,
      count(*) FILTER (WHERE CASE
        WHEN from_status IS NULL THEN to_status <> 'pending'
        ELSE NOT EXISTS (
          SELECT FROM unnest($2::text[], $3::text[]) AS legal (from_status, to_status)
          WHERE legal.from_status = step.from_status AND legal.to_status = step.to_status
        )
      END)::int AS illegal
    FROM step GROUP BY order_id
  )
  SELECT o.order_id, o.status, o.version, coalesce(entries, 0) AS entries, last_status,
    coalesce(gaps, 0) AS gaps, coalesce(illegal, 0) AS illegal
  FROM orders o LEFT JOIN story USING (order_id)
  WHERE o.order_id = ANY ($1::uuid[]) AND (
    entries IS DISTINCT FROM o.version OR last_version IS DISTINCT FROM o.version
    OR last_status IS DISTINCT FROM o.status OR gaps > 0 OR illegal > 0
  )
  ORDER BY o.order_id`;

interface Untold {
  readonly order_id: string;
  readonly status: OrderStatus;
  readonly version: number;
  readonly entries: number;
  readonly last_status: string | null;
  readonly gaps: number;
  readonly illegal: number;
}

const froms = legalSteps.map(([from]) => from);
const tos = legalSteps.map(([, to]) => to);

export async function checkHistory(orders: Query, tally: Tally, limits: Limits): Promise<void> {
  for await (const ids of orderPages(orders, limits)) {
    tally.examine(ids.length);
    for (const row of await orders<Untold>(untoldSql, [ids, froms, tos])) {
      tally.breach({ subject: row.order_id, explanation: explain(row), repairable: null });
    }
  }
}

function explain({ order_id, status, version, entries, last_status, gaps, illegal }: Untold): string {
  const faults = [
    ...(entries === version ? [] : [`has ${entries} of ${version} entries`]),
    ...(last_status === status ? [] : [`ends with ${last_status ?? 'nothing'}`]),
    ...(gaps > 0 ? [`has ${gaps} entries that do not begin where the one before ended`] : []),
    ...(illegal > 0 ? [`has ${illegal} steps that no order may take`] : []),
  ];
  return `Order ${order_id} is ${status} at version ${version}, but its status log ${faults.join(' and ')}.`;
}
