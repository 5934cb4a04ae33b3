import { skipWhileAway } from '@valerix/platform/timer-work';
import type { OrderService } from '../composition.ts';
import { purgeIdempotencyKeys } from '../idempotency.ts';

/** Forgets idempotency keys that nobody will repeat any more. */
export function idempotencyKeysPurge({ triggers, logger, database, config, now }: OrderService): void {
  triggers.timer('idempotency-keys-purge', {
    schedule: '0 0 * * * *',
    handler: skipWhileAway('idempotency-keys-purge', logger, () =>
      purgeIdempotencyKeys(database, now(), config.IDEMPOTENCY_KEEP_HOURS),
    ),
  });
}
