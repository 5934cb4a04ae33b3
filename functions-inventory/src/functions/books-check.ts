import { app } from '@azure/functions';
import { checkBooks } from '../app.ts';

/** Holds the service's own books to its promises; a breach is an error in the log and in the metrics. */
app.timer('books-check', {
  schedule: '0 */15 * * * *',
  handler: async () => checkBooks(),
});
