import { app } from '@azure/functions';
import { DAILY_EXPORT_SCHEDULE } from '@valerix/backup/calendar';
import { databaseExports } from '../app.ts';

/** Puts a snapshot of the inventory database into staging, for the day's backup. */
app.timer('snapshot-export', {
  schedule: DAILY_EXPORT_SCHEDULE,
  handler: async () => void (await databaseExports.daily()),
});
