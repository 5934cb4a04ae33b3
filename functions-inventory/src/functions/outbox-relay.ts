import { app } from '@azure/functions';
import { skipWhileAway } from '@valerix/platform/timer-work';
import { logger, outbox } from '../app.ts';

/** Sends what a crash or an outage left behind, of either face of the service. */
app.timer('outbox-relay', {
  schedule: '*/5 * * * * *',
  handler: skipWhileAway('outbox-relay', logger, () => outbox.relay()),
});
