import { app } from '@azure/functions';
import { backups } from '../app.ts';

/**
 * Calls the vault once a UTC day, from half past one. It looks every hour, so that a day on which the app slept then, or
 * could not reach its storage, has its call later; and what a run that was killed left to do is done by the next one.
 */
app.timer('vault-call', {
  schedule: '0 30 * * * *',
  handler: async () => void (await backups.run()),
});
