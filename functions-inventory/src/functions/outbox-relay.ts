import { app } from '@azure/functions';
import { outbox } from '../app.ts';

/** Sends what a crash or an outage left behind, of either face of the service. */
app.timer('outbox-relay', {
  schedule: '*/5 * * * * *',
  handler: async () => void (await outbox.relay()),
});
