import type { OrderService } from '../composition.ts';

/** Looks after orders that nothing has settled. */
export function ordersSweep({ triggers, sweepOrders }: OrderService): void {
  triggers.timer('orders-sweep', {
    schedule: '*/5 * * * * *',
    async handler() {
      await sweepOrders();
    },
  });
}
