import { skipWhileAway } from '@valerix/platform/timer-work';
import type { OrderService } from '../composition.ts';

/** Looks after orders that nothing has settled, and first takes back those whose shoppers were told that they failed. */
export function ordersSweep({ triggers, logger, withdrawAbandoned, sweepOrders }: OrderService): void {
  triggers.timer('orders-sweep', {
    schedule: '*/5 * * * * *',
    handler: skipWhileAway('orders-sweep', logger, async () => {
      await withdrawAbandoned();
      await sweepOrders();
    }),
  });
}
