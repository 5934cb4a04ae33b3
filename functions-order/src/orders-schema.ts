import { migrate } from '@valerix/platform/migrate';
import { platformMigrations } from '@valerix/platform/platform-schema';
import type { Database } from '@valerix/platform/postgres';

const ordersMigrations = new URL('./orders-migrations/', import.meta.url);

/** Brings the orders database up to date; safe to run by several instances at once. */
export const prepareOrdersDatabase = (database: Pick<Database, 'query' | 'transaction'>): Promise<void> =>
  migrate(database, [platformMigrations, ordersMigrations]);
