import { app } from '@azure/functions';
import { watch } from '../app.ts';

/**
 * Wakes an idle app to look at its dependencies and at the alerts. Awake, it looks every second by itself; every 10 s is
 * three times within the 30 s after which a service that does not report is taken for dead.
 */
app.timer('system-watch', {
  schedule: '*/10 * * * * *',
  handler: watch.look,
});
