import { app } from '@azure/functions';
import { watch } from '../app.ts';

/** Removes measurements that no alert needs any more. While storage is away, which the log has, there is nothing to do. */
app.timer('alert-rows-purge', {
  schedule: '30 */5 * * * *',
  handler: async () => {
    await watch.forgetOld().catch(() => undefined);
  },
});
