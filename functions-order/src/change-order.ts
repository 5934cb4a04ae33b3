import { makeBatcher } from '@valerix/platform/batcher';
import { passCrashPoint } from '@valerix/platform/crash-points';
import type { Logger } from '@valerix/platform/logger';
import type { Outbox } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import { isUnavailable } from '@valerix/platform/postgres-errors';
import { type Decision, type DecisionContext, decide } from './domain/decide.ts';
import type { Order } from './domain/order.ts';
import type { OrderInput } from './domain/order-input.ts';
import type { SweepSchedule } from './domain/sweep-schedule.ts';
import { logChanges } from './order-log.ts';
import { changeOrders, type OrderChange, orderChange } from './store/change-orders.ts';
import type { ReadOrder } from './store/read-orders.ts';

/** What became of an input: the decision that stood, and the order after it. */
interface Settled {
  readonly decision: Decision;
  readonly order: Order;
}

export interface ChangeOrderOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly outbox: Pick<Outbox, 'publish'>;
  readonly readOrder: ReadOrder;
  readonly schedule: SweepSchedule;
  readonly now: () => Date;
}

export interface ChangeOrder {
  /** Applies `input` to the order with this id; undefined when there is no such order. */
  (orderId: string, input: OrderInput): Promise<Settled | undefined>;
  /** The same for an order that the caller knows already, which saves reading it. */
  known(order: Order, input: OrderInput): Promise<Settled>;
}

/** An order changed under every attempt to decide about it. */
class OrderKeepsChanging extends Error {
  override name = 'OrderKeepsChanging';
}

/** An order has at most five statuses in its life, so that losing more often than this is a fault. */
const MAX_DECISIONS = 10;

/**
 * Decides, writes the decision down if the order is still as it was read, and decides again if it is not. Changes that
 * meet in the process share a statement; events are sent once they are committed, without holding up the answer.
 */
export function makeChangeOrder(options: ChangeOrderOptions): ChangeOrder {
  const { database, outbox, logger, readOrder, schedule, now } = options;

  const changeTogether = makeBatcher<OrderChange, boolean>({
    maxBatch: 100,
    maxConcurrent: 3,
    statement: 'change orders',
    splitAfter: (error) => !isUnavailable(error),
    run: async (changes) => {
      const held = await changeOrders(database.query, changes);
      passCrashPoint('order.after-settle-commit');
      const written = changes.filter((_, index) => held[index]);
      logChanges(logger, written);
      void outbox.publish(written.flatMap(({ events }) => events));
      return held;
    },
  });

  const settle = async (start: Order | undefined, orderId: string, input: OrderInput): Promise<Settled | undefined> => {
    let order = start ?? (await readOrder(orderId));
    for (let attempt = 1; order !== undefined && attempt <= MAX_DECISIONS; attempt += 1) {
      const context: DecisionContext = { now: now(), schedule };
      const decision = decide(order, input, context);
      if (decision.kind === 'unchanged' || decision.kind === 'refused') return { decision, order };
      const { next, events } = decision;
      if (await changeTogether(orderChange(order, next, events, context.now))) return { decision, order: next };
      order = await readOrder(orderId);
    }
    if (order === undefined) return undefined;
    throw new OrderKeepsChanging(`order ${orderId} changed under ${MAX_DECISIONS} decisions about '${input.kind}'`);
  };

  const change = (orderId: string, input: OrderInput) => settle(undefined, orderId, input);
  return Object.assign(change, {
    async known(order: Order, input: OrderInput) {
      const settled = await settle(order, order.orderId, input);
      if (settled === undefined) throw new Error(`order ${order.orderId} is gone`);
      return settled;
    },
  });
}
