import type { CheckResult } from './finding.ts';
import { checkOutbox, checkQuarantine } from './leftovers.ts';
import type { Limits } from './limits.ts';
import { checkConfirmedOrders } from './orders/confirmed-orders.ts';
import { checkHistory } from './orders/history.ts';
import { checkIdempotencyKeys } from './orders/idempotency-keys.ts';
import { checkUnsettledOrders } from './orders/unsettled-orders.ts';
import type { Query } from './pages.ts';
import { makeTally } from './tally.ts';

/** What the Order service's database alone can show. */
export async function checkOrders(orders: Query, limits: Limits): Promise<CheckResult[]> {
  const history = makeTally('history', limits.kept);
  const confirmed = makeTally('confirmed_orders', limits.kept);
  const unsettled = makeTally('unsettled_orders', limits.kept);
  const outbox = makeTally('orders_outbox', limits.kept);
  const quarantine = makeTally('orders_quarantine', limits.kept);
  await checkHistory(orders, history, limits);
  await checkConfirmedOrders(orders, confirmed, limits);
  await checkUnsettledOrders(orders, unsettled, limits);
  await checkOutbox(orders, outbox, limits, 'orders');
  await checkQuarantine(orders, quarantine);
  const tallies = [history, confirmed, unsettled, outbox, quarantine];
  if (limits.newest === null) {
    const keys = makeTally('idempotency_keys', limits.kept);
    await checkIdempotencyKeys(orders, keys, limits);
    tallies.push(keys);
  }
  return tallies.map((tally) => tally.result());
}
