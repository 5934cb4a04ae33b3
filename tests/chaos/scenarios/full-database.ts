import { setTimeout as sleep } from 'node:timers/promises';
import { between } from '../random.ts';
import type { Scenario } from '../world.ts';

const tables = { orders: ['orders', 'status_log', 'outbox'], inventory: ['stock_ledger', 'reservations', 'outbox'] };

/** PostgreSQL answers that the disk is full, or that it takes no more connections. */
export const fullDatabase: Scenario = {
  name: 'full-database',
  what: 'disk full (53100) on writes of either database, and no connection left (53300), for seconds each',
  async run(world) {
    await world.start();
    const shopping = await world.shopping({ seconds: world.isShort ? 8 : 20 });
    for (const [index, database] of (['orders', 'inventory'] as const).entries()) {
      const admin = world.admin(database);
      await shopping.reached(0.05 + index * 0.45);
      await admin(`CREATE OR REPLACE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
      const full = tables[database];
      for (const table of full) {
        await admin(`CREATE TRIGGER disk_is_full BEFORE INSERT ON ${table} EXECUTE FUNCTION disk_is_full()`);
        await sleep(between(world.random, 300, 1_200));
        await admin(`DROP TRIGGER disk_is_full ON ${table}`);
        world.fault(`full disk under ${database}.${table}`);
      }
      await admin('DROP FUNCTION disk_is_full()');

      await shopping.reached(0.3 + index * 0.45);
      const role = `${database}_service`;
      await admin(`ALTER ROLE ${role} CONNECTION LIMIT 1`);
      await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`);
      await sleep(between(world.random, 1_000, 2_500));
      await admin(`ALTER ROLE ${role} CONNECTION LIMIT -1`);
      world.fault(`no connections to ${database}`);
    }
    await shopping.over;
  },
};
