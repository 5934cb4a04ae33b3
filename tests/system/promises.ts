import { reconcile } from '@valerix/reconciler/reconcile';
import type { Books, Sql } from './books.ts';

/** What a shopper was told about an order. */
export interface ToldOrder {
  readonly key: string;
  readonly status: number | 'no answer';
  readonly orderId: string | undefined;
}

export interface PromiseReport {
  readonly examined: number;
  /** Each broken promise in one sentence; empty when all hold. */
  readonly breaches: readonly string[];
}

const FINAL = new Set(['confirmed', 'failed', 'cancelled', 'shipped']);

/**
 * Holds the books of both services to the promises, once the system is quiet: all that the reconciler can see in them,
 * with nothing allowed to be on its way, and what shoppers were told against what there is.
 */
export async function checkPromises(books: Books, told: readonly ToldOrder[] = []): Promise<PromiseReport> {
  const report = await reconcile(books, { strict: true });
  const unkept = report.checks.flatMap(({ check, findings, breaches }) => [
    ...findings.map(({ explanation }) => explanation),
    ...(breaches > findings.length ? [`${check}: ${breaches - findings.length} more breaches.`] : []),
  ]);
  return {
    examined: report.examined + told.length,
    breaches: [...unkept, ...(await toldBreaches(books.orders, told))],
  };
}

/** Every accepted order is there and finished, and one key made one order. */
async function toldBreaches(orders: Sql, told: readonly ToldOrder[]): Promise<string[]> {
  const ids = [...new Set(told.flatMap(({ orderId }) => orderId ?? []))];
  const rows = await orders<{ order_id: string; status: string }>(
    'SELECT order_id, status FROM orders WHERE order_id = ANY ($1::uuid[])',
    [ids],
  );
  const statusOf = new Map(rows.map((row) => [row.order_id, row.status]));
  const lost = told.flatMap(({ status, orderId }) => {
    if (status !== 201 && status !== 202) return [];
    if (orderId === undefined) return ['An accepted order was answered without its id.'];
    const now = statusOf.get(orderId);
    if (now === undefined) return [`Order ${orderId} was accepted with ${status} and is lost.`];
    return FINAL.has(now) ? [] : [`Order ${orderId} was accepted with ${status} and is still ${now}.`];
  });
  const ordersOfKey = Map.groupBy(
    told.filter(({ orderId }) => orderId !== undefined),
    ({ key }) => key,
  );
  const doubled = [...ordersOfKey]
    .filter(([, answers]) => new Set(answers.map(({ orderId }) => orderId)).size > 1)
    .map(([key]) => `Idempotency key ${key} made more than one order.`);
  return [...lost, ...doubled];
}
