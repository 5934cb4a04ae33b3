import { SECOND } from '@valerix/platform/durations';
import type { Logger } from '@valerix/platform/logger';
import type { ChangeOrder } from './change-order.ts';

export interface AbandonedOrders {
  /** Remembers an order whose shopper was told that it could not be recorded, though the database may have done so. */
  add(orderId: string): void;
  /** Fails those that were recorded after all, so that nothing is reserved for them; answers how many. */
  withdraw(): Promise<number>;
}

export interface AbandonedOrdersOptions {
  readonly changeOrder: ChangeOrder;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** A server that hung finishes its last statements within this time of being back. */
const LATE_COMMIT_MS = 30 * SECOND;
/** Enough for minutes of an outage under load; beyond it, an order that was recorded after all is an ordinary one. */
const MAX_REMEMBERED = 10_000;

/**
 * Closes the gap between "could not be recorded" and a commit whose answer was lost. The memory is this process's own: a
 * crash forgets it, and the sweep then finishes such an order like any other.
 */
export function makeAbandonedOrders({ changeOrder, logger, now }: AbandonedOrdersOptions): AbandonedOrders {
  /** Order ids, with the time since when the database says that there is no such order. */
  const remembered = new Map<string, number | undefined>();

  const withdrawOne = async (orderId: string, absentSince: number | undefined): Promise<boolean> => {
    const settled = await changeOrder(orderId, { kind: 'withdrawn' });
    const at = now().getTime();
    if (settled === undefined && at - (absentSince ?? at) < LATE_COMMIT_MS) remembered.set(orderId, absentSince ?? at);
    else remembered.delete(orderId);
    return settled?.decision.kind === 'transition';
  };

  return {
    add(orderId) {
      if (remembered.size < MAX_REMEMBERED) remembered.set(orderId, undefined);
    },
    async withdraw() {
      const withdrawn = await Promise.all([...remembered].map(([orderId, since]) => withdrawOne(orderId, since)));
      const count = withdrawn.filter(Boolean).length;
      if (count > 0) logger.warn('orders_withdrawn', { orders: count });
      return count;
    },
  };
}
