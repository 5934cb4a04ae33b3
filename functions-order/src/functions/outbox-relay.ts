import { skipWhileAway } from '@valerix/platform/timer-work';
import type { OrderService } from '../composition.ts';

/** Sends what a crash or an outage left in the outbox. */
export function outboxRelay({ triggers, logger, outbox }: OrderService): void {
  triggers.timer('outbox-relay', {
    schedule: '*/5 * * * * *',
    handler: skipWhileAway('outbox-relay', logger, () => outbox.relay()),
  });
}
