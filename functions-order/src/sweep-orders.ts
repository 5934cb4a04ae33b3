import { passCrashPoint } from '@valerix/platform/crash-points';
import type { Logger } from '@valerix/platform/logger';
import type { Outbox } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import { decide } from './domain/decide.ts';
import type { SweepSchedule } from './domain/sweep-schedule.ts';
import { logChanges } from './order-log.ts';
import { changeOrders, type OrderChange, orderChange } from './store/change-orders.ts';
import { type OrderRow, orderOf } from './store/order-row.ts';

export interface SweepOptions {
  readonly database: Database;
  readonly outbox: Pick<Outbox, 'publish'>;
  readonly logger: Logger;
  readonly schedule: SweepSchedule;
  readonly now: () => Date;
}

/** Orders of one transaction: small enough to hold locks for milliseconds, large enough to clear a backlog. */
const CLAIM_SIZE = 200;
/** Claims of one run; what is left is due again in five seconds. */
const MAX_CLAIMS = 25;

/** Another instance skips the rows that this one holds, and finds them no longer due afterwards. */
const dueSql = `
  WITH due AS (
    SELECT order_id FROM orders WHERE next_check_at <= $1
    ORDER BY next_check_at LIMIT ${CLAIM_SIZE} FOR NO KEY UPDATE SKIP LOCKED
  )
  SELECT o.* FROM orders_with_items o JOIN due USING (order_id) ORDER BY o.next_check_at`;

/** Looks after every order that is due and not settled: asks about it or gives it up. Answers how many it changed. */
export function makeSweepOrders({ database, outbox, logger, schedule, now }: SweepOptions): () => Promise<number> {
  const sweepOnce = async (): Promise<{ due: number; swept: OrderChange[] }> => {
    const at = now();
    return database.transaction(async (run) => {
      const rows = await run<OrderRow>(dueSql, [at]);
      const changes = rows.flatMap((row) => {
        const order = orderOf(row);
        const decision = decide(order, { kind: 'check_due' }, { now: at, schedule });
        if (decision.kind !== 'transition' && decision.kind !== 'annotate') return [];
        return [orderChange(order, decision.next, decision.events, at)];
      });
      const held = await changeOrders(run, changes);
      if (changes.length > 0) passCrashPoint('order.after-sweep-claim');
      return { due: rows.length, swept: changes.filter((_, index) => held[index]) };
    });
  };

  return async () => {
    let total = 0;
    for (let claim = 0; claim < MAX_CLAIMS; claim += 1) {
      const { due, swept } = await sweepOnce();
      if (swept.length > 0) passCrashPoint('order.after-sweep-commit');
      logChanges(logger, swept);
      void outbox.publish(swept.flatMap(({ events }) => events));
      total += swept.length;
      const gaveUp = swept.filter(({ next }) => next.status === 'failed').length;
      if (swept.length > 0) logger.info('orders_swept', { asked: swept.length - gaveUp, gaveUp });
      if (due < CLAIM_SIZE || swept.length === 0) break;
    }
    return total;
  };
}
