import type { OrderService } from '../composition.ts';

/** Sends what a crash or an outage left in the outbox. */
export function outboxRelay({ triggers, outbox }: OrderService): void {
  triggers.timer('outbox-relay', {
    schedule: '*/5 * * * * *',
    async handler() {
      await outbox.relay();
    },
  });
}
