import { type AnyEvent, parseEvent } from '@valerix/contracts/events';
import { operatorsGroup, orderGroup, shopperEventTypes } from '@valerix/contracts/push';
import { SECOND } from '@valerix/platform/durations';
import type { Logger } from '@valerix/platform/logger';
import type { Metrics } from '@valerix/platform/metrics';
import type { Push } from '@valerix/platform/push/push';
import { makeSparseWarning } from '@valerix/platform/sparse-warning';

export interface FanOutOptions {
  readonly push: Push;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now?: () => number;
}

/**
 * How long one delivery may take, however Web PubSub behaves. Far below the lock of the subscription, so that no delivery
 * comes twice because of it.
 */
const DELIVERY_BUDGET_MS = 5 * SECOND;

const heardByShoppers: ReadonlySet<string> = new Set(shopperEventTypes);

/**
 * Hands what went over a topic to browsers: everything to the operators, in one message for a whole delivery, and to the
 * shopper of an order what became of it. Never fails: an event that did not reach a browser is told by its next snapshot,
 * and a message that nobody can read must not bring its batch back.
 */
export function makeFanOut(options: FanOutOptions): (bodies: readonly unknown[]) => Promise<void> {
  const { push, metrics, logger, now = Date.now } = options;
  const unreadable = metrics.meter.createCounter('push_unreadable', {
    description: 'Messages for the dashboard that are not events, and were skipped.',
  });
  unreadable.add(0);
  const warnUnreadable = makeSparseWarning(logger, 'push_unreadable');

  return async (bodies) => {
    const deadline = now() + DELIVERY_BUDGET_MS;
    const events = bodies.flatMap((body): AnyEvent[] => {
      const parsed = parseEvent(body);
      if (parsed.kind === 'event') return [parsed.event];
      unreadable.add(1);
      warnUnreadable({ detail: parsed.detail });
      return [];
    });
    const sends = [push.send(operatorsGroup, events, deadline)];
    for (const [orderId, ofOrder] of Map.groupBy(events.filter(isForShoppers), ({ data }) => data.orderId)) {
      sends.push(push.send(orderGroup(orderId), ofOrder, deadline));
    }
    await Promise.all(sends);
  };
}

type ShopperEvent = Extract<AnyEvent, { eventType: (typeof shopperEventTypes)[number] }>;

function isForShoppers(event: AnyEvent): event is ShopperEvent {
  return heardByShoppers.has(event.eventType);
}
