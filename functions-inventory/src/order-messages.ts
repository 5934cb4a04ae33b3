import type { Reservations } from '@valerix/inventory/reservations';
import type { HeardEvent } from '@valerix/platform/consumer';
import type { Logger } from '@valerix/platform/logger';

/** Finds out what became of orders whose reservation ended without an answer; the answer is an `OrderVerified` event. */
export function verifyOrders(reservations: Reservations) {
  return async (events: readonly HeardEvent[]): Promise<void> => {
    await Promise.all(
      events.map(async (event) => {
        if (event.eventType !== 'VerifyOrder') return;
        const { orderId, items } = event.data;
        const traceparent = event.traceparent ?? null;
        await reservations.verify({ orderId, lines: items, traceparent });
      }),
    );
  };
}

/** Moves the stock of orders that ended: cancelled and failed ones give it back, shipped ones keep it. */
export function applyOrderEvents(reservations: Reservations, logger: Logger) {
  const apply = async (event: HeardEvent): Promise<void> => {
    switch (event.eventType) {
      case 'OrderCancelled':
      case 'OrderFailed': {
        const reason = event.eventType === 'OrderFailed' ? event.data.reason : 'cancelled';
        const { orderId } = event.data;
        const traceparent = event.traceparent ?? null;
        const { kind } = await reservations.release({ orderId, reason, traceparent });
        if (kind === 'shipped') logger.error('released_order_was_shipped', { orderId });
        return;
      }
      case 'OrderShipped': {
        const { kind } = await reservations.ship(event.data.orderId);
        if (kind === 'not_held') logger.error('shipped_order_held_nothing', { orderId: event.data.orderId });
        return;
      }
    }
  };
  // Together, so that they share round trips.
  return async (events: readonly HeardEvent[]): Promise<void> => void (await Promise.all(events.map(apply)));
}
