import type { OrderService } from '../composition.ts';

/** Looks after orders that nothing has settled, and first takes back those whose shoppers were told that they failed. */
export function ordersSweep({ triggers, withdrawAbandoned, sweepOrders }: OrderService): void {
  triggers.timer('orders-sweep', {
    schedule: '*/5 * * * * *',
    async handler() {
      await withdrawAbandoned();
      await sweepOrders();
    },
  });
}
