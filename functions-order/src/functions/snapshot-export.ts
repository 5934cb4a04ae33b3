import { DAILY_EXPORT_SCHEDULE } from '@valerix/backup/calendar';
import type { OrderService } from '../composition.ts';

/** Puts a snapshot of the orders database into staging, for the day's backup. */
export function snapshotExport({ triggers, databaseExports }: OrderService): void {
  triggers.timer('snapshot-export', {
    schedule: DAILY_EXPORT_SCHEDULE,
    handler: async () => void (await databaseExports.daily()),
  });
}
