import type { Logger } from '@valerix/platform/logger';
import { traceIdOf } from '@valerix/platform/trace-context';
import type { Order } from './domain/order.ts';
import type { OrderChange } from './store/change-orders.ts';

const traceOf = ({ traceparent }: Order) => (traceparent === null ? {} : { traceId: traceIdOf(traceparent) });

/** One line for each order that was written. */
export function logCreation(logger: Logger, order: Order): void {
  const { orderId, version, status } = order;
  logger.info('order_status_changed', { ...traceOf(order), orderId, orderVersion: version, from: null, to: status });
}

/** One line for each change of status that was written, under the trace of its order; never who ordered. */
export function logChanges(logger: Logger, changes: readonly OrderChange[]): void {
  for (const { from, next } of changes) {
    if (from.status === next.status) continue;
    const { orderId, version, status, reason, recoveredFromCrash } = next;
    logger.info('order_status_changed', {
      ...traceOf(next),
      orderId,
      orderVersion: version,
      from: from.status,
      to: status,
      ...(reason !== null && { reason }),
      ...(recoveredFromCrash && { recoveredFromCrash }),
    });
  }
}
