import type { OrderDetails } from '@valerix/contracts/order-api';
import { type Attention, repeatWhileVisible } from '../app/repeat.ts';
import type { ShopApi } from '../app/shop-api.ts';
import type { Store } from '../app/store.ts';
import { isFinal, isUnsettled } from '../order/order-state.ts';

/** What became of an order, as far as it could be asked. */
export type Seen = OrderDetails | 'unknown' | 'unreachable';

const UNSETTLED_EVERY_MS = 3000;
const SETTLED_EVERY_MS = 20_000;
const AT_ONCE = 4;

/**
 * Keeps what is seen of the orders current while somebody looks: soon again while one is unsettled, and a final one only
 * once. Answers how to stop.
 */
export function watchOrders(
  orderIds: readonly string[],
  seen: Store<ReadonlyMap<string, Seen>>,
  api: Pick<ShopApi, 'order'>,
  attention: Attention,
): () => void {
  let stopped = false;

  const look = async (orderId: string) => {
    const answer = await api.order(orderId);
    if (stopped) return;
    const known = seen.get().get(orderId);
    const now = answer.kind === 'answered' ? answer.body : isGone(answer) ? 'unknown' : (known ?? 'unreachable');
    if (now !== known) seen.set(new Map(seen.get()).set(orderId, now));
  };

  const lookAtAll = async () => {
    const open = orderIds.filter((orderId) => isOpen(seen.get().get(orderId)));
    const queue = [...open];
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined && !stopped; next = queue.shift()) await look(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return open.some((orderId) => isUrgent(seen.get().get(orderId))) ? UNSETTLED_EVERY_MS : SETTLED_EVERY_MS;
  };

  const stop = repeatWhileVisible(attention, lookAtAll);
  return () => {
    stopped = true;
    stop();
  };
}

const isGone = (answer: { kind: string; problem?: { status: number } }): boolean => {
  const status = answer.problem?.status ?? 0;
  return status >= 400 && status < 500;
};

const isOpen = (seen: Seen | undefined): boolean =>
  seen === undefined || seen === 'unreachable' || (seen !== 'unknown' && !isFinal(seen.status));

const isUrgent = (seen: Seen | undefined): boolean =>
  seen === 'unreachable' || (seen !== undefined && seen !== 'unknown' && isUnsettled(seen.status));
