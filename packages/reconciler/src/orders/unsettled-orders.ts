import { SECOND } from '@valerix/platform/durations';
import type { Repair } from '../finding.ts';
import type { Limits } from '../limits.ts';
import type { Query } from '../pages.ts';
import type { Tally } from '../tally.ts';

/**
 * An order is late when the sweep does not know of it, has not come although it is due, or would come too late for an
 * order that is to be given up. Past that age the sweep still asks once before it gives up, so an order that it will
 * look at within the grace is in good hands. $1 grace and $2 age of giving up, in seconds; $3 strict.
 */
const late = `
  next_check_at IS NULL OR next_check_at < now() - $1 * interval '1 second'
  OR (created_at < now() - ($1 + $2) * interval '1 second' AND next_check_at > now() + $1 * interval '1 second')
  OR $3`;
const unsettled = `status IN ('pending', 'pending_verification')`;

const countSql = `
  SELECT count(*)::int AS unsettled, count(*) FILTER (WHERE ${late})::int AS late FROM orders WHERE ${unsettled}`;
const lateSql = `
  SELECT order_id, status, extract(epoch FROM now() - created_at)::float8 AS age,
    extract(epoch FROM next_check_at - now())::float8 AS due_in
  FROM orders WHERE ${unsettled} AND (${late}) ORDER BY created_at, order_id LIMIT $4`;

interface Late {
  readonly order_id: string;
  readonly status: string;
  readonly age: number;
  readonly due_in: number | null;
}

export async function checkUnsettledOrders(orders: Query, tally: Tally, limits: Limits): Promise<void> {
  const graceSeconds = limits.graceMs / SECOND;
  const times = [graceSeconds, limits.giveUpMs / SECOND, limits.strict];
  const [counted] = await orders<{ unsettled: number; late: number }>(countSql, times);
  const rows = await orders<Late>(lateSql, [...times, limits.kept]);
  tally.examine(counted?.unsettled ?? 0);
  tally.onItsWay((counted?.unsettled ?? 0) - (counted?.late ?? 0));
  for (const { order_id: subject, status, age, due_in } of rows) {
    const isUnknownToSweep = due_in === null || due_in > limits.giveUpMs / SECOND;
    const isOld = age > limits.giveUpMs / SECOND && (due_in ?? 0) > graceSeconds;
    const repairable: Repair | null = isUnknownToSweep || isOld ? { kind: 'check_now', orderId: subject } : null;
    const explanation = `Order ${subject} is ${status} since ${Math.round(age)} s, and ${waitsFor(due_in)}.`;
    tally.breach({ subject, explanation, repairable });
  }
  tally.breachUnseen((counted?.late ?? 0) - rows.length);
}

function waitsFor(dueIn: number | null): string {
  if (dueIn === null) return 'no sweep will look at it';
  if (dueIn > 0) return `the sweep looks at it only in ${Math.round(dueIn)} s`;
  return `the sweep has not looked at it although it was due ${Math.round(-dueIn)} s ago`;
}
