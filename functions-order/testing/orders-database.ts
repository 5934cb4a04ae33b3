import { makeLogger } from '@valerix/platform/logger';
import { type Database, openDatabase } from '@valerix/platform/postgres';
import { createTestDatabase } from '../../tests/setup/database.ts';
import { prepareOrdersDatabase } from '../src/orders-schema.ts';

export interface OrdersDatabase {
  readonly url: string;
  readonly database: Database;
  drop(): Promise<void>;
}

export const quietLogger = makeLogger('order', 'error', () => {});

/** An orders database of this test file's own, with its schema in place. */
export async function openOrdersDatabase(label: string): Promise<OrdersDatabase> {
  const { url, drop } = await createTestDatabase(label);
  const database = openDatabase({ url, maxConnections: 5, logger: quietLogger, prepare: prepareOrdersDatabase });
  await database.ready();
  return {
    url,
    database,
    async drop() {
      await database.close();
      await drop();
    },
  };
}
