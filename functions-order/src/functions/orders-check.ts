import type { OrderService } from '../composition.ts';

/** Holds the service's own books to its promises; a breach is an error in the log and in the metrics. */
export function ordersCheck({ triggers, checkBooks }: OrderService): void {
  triggers.timer('orders-check', {
    schedule: '0 */15 * * * *',
    handler: async () => checkBooks(),
  });
}
