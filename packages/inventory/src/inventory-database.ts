import type { DatabaseAuthentication } from '@valerix/platform/azure/database-login';
import type { Logger } from '@valerix/platform/logger';
import { migrate } from '@valerix/platform/migrate';
import { platformMigrations } from '@valerix/platform/platform-schema';
import { type Database, openDatabase } from '@valerix/platform/postgres';
import { seedProducts } from './seed-products.ts';

/** In the order in which they are applied. */
export const inventoryMigrations = [platformMigrations, new URL('./inventory-migrations/', import.meta.url)];

export interface InventoryDatabaseOptions {
  readonly url: string;
  readonly authentication?: DatabaseAuthentication;
  readonly maxConnections: number;
  readonly logger: Logger;
  /** Puts a small catalogue into the shop, for a first look; products that are there already stay as they are. */
  readonly seed: boolean;
}

/** The inventory database. Its first user brings the schema up to date, whichever face of the service that is. */
export function openInventoryDatabase({ seed, ...options }: InventoryDatabaseOptions): Database {
  return openDatabase({
    ...options,
    prepare: (database) =>
      migrate(database, inventoryMigrations, async (run) => {
        if (seed) await seedProducts(run);
      }),
  });
}
