import { migrate } from '@valerix/platform/migrate';
import { platformMigrations } from '@valerix/platform/platform-schema';
import type { Database } from '@valerix/platform/postgres';

/** In the order in which they are applied. */
export const ordersMigrations = [platformMigrations, new URL('./orders-migrations/', import.meta.url)];

/**
 * What an orders database needs right after a restore. Nobody was asked about its unsettled orders since the backup, so
 * each is asked about now and as if for the first time: by its age alone it would be given up unheard.
 */
export const afterRestoreSql = ['UPDATE orders SET next_check_at = now(), checks = 0 WHERE next_check_at IS NOT NULL'];

/** Brings the orders database up to date; safe to run by several instances at once. */
export const prepareOrdersDatabase = (database: Pick<Database, 'query' | 'transaction'>): Promise<void> =>
  migrate(database, ordersMigrations);
