import { SECOND } from '@valerix/platform/durations';
import type { Logger } from '@valerix/platform/logger';
import { skipWhileAway } from '@valerix/platform/timer-work';
import type { ChangeOrder } from './change-order.ts';

export interface AbandonedOrders {
  /** Remembers an order whose shopper was told that it could not be recorded, though the database may have done so. */
  add(orderId: string): void;
  close(): void;
}

export interface AbandonedOrdersOptions {
  readonly changeOrder: ChangeOrder;
  readonly logger: Logger;
  readonly now: () => Date;
}

const EVERY_MS = 1 * SECOND;
/** A server that hung finishes its last statements within this time of being back. */
const LATE_COMMIT_MS = 30 * SECOND;
/** Enough for minutes of an outage under load; beyond it, an order that was recorded after all is an ordinary one. */
const MAX_REMEMBERED = 10_000;

/**
 * Closes the gap between "could not be recorded" and a commit whose answer was lost: an order that was recorded after all
 * is failed before anybody reserves something for it. The memory is this process's own, and so is the clock: on Azure,
 * timers fire in other instances than those that answer requests. A crash forgets it, and the sweep then finishes such an
 * order like any other.
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

  const withdraw = async (): Promise<void> => {
    const withdrawn = await Promise.all([...remembered].map(([orderId, since]) => withdrawOne(orderId, since)));
    const count = withdrawn.filter(Boolean).length;
    if (count > 0) logger.warn('orders_withdrawn', { orders: count });
  };

  let rounds: NodeJS.Timeout | undefined;
  let isUnderWay = false;
  const stop = () => {
    clearInterval(rounds);
    rounds = undefined;
  };
  const withdrawWhenBack = skipWhileAway('orders-withdraw', logger, withdraw);
  const goRound = async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    await withdrawWhenBack().catch((error: unknown) => logger.error('orders_not_withdrawn', { error }));
    isUnderWay = false;
    if (remembered.size === 0) stop();
  };

  return {
    add(orderId) {
      if (remembered.size < MAX_REMEMBERED) remembered.set(orderId, undefined);
      rounds ??= setInterval(goRound, EVERY_MS).unref();
    },
    close: stop,
  };
}
