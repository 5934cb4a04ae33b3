import { skipWhileAway } from '@valerix/platform/timer-work';
import type { OrderService } from '../composition.ts';

/** Looks after orders that nothing has settled. */
export function ordersSweep({ triggers, logger, sweepOrders }: OrderService): void {
  triggers.timer('orders-sweep', {
    schedule: '*/5 * * * * *',
    handler: skipWhileAway('orders-sweep', logger, sweepOrders),
  });
}
