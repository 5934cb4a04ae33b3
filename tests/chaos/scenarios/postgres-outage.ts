import { setTimeout as sleep } from 'node:timers/promises';
import { between, pick } from '../random.ts';
import type { Scenario } from '../world.ts';

/** Terminates, for 0.4 s, whoever is seen in the middle of a transaction, between two of its statements. */
const cutTransactionsSql = `
  DO $$
  DECLARE
    until timestamptz := clock_timestamp() + interval '0.4 s';
  BEGIN
    WHILE clock_timestamp() < until LOOP
      PERFORM pg_stat_clear_snapshot();
      PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND usename <> current_user
        AND (state = 'idle in transaction' OR xact_start < query_start);
    END LOOP;
  END $$`;

/** When the timers of the services fire, whose work is the only one that takes several statements. */
const untilNextTimer = () => 5_000 - (Date.now() % 5_000);

/** The database server restarts, crashes and cuts its clients. */
export const postgresOutage: Scenario = {
  name: 'postgres-outage',
  what: 'PostgreSQL is shut down, killed, loses one backend (which makes it recover) and cuts every client, again and again; those in the middle of a transaction above all',
  async run(world) {
    // Every third order waits for the sweep or a message, so that there is always work in transactions.
    await world.start({
      env: { grpc: { SCHRODINGER_MODE: 'true', SCHRODINGER_EVERY_NTH: '3', SCHRODINGER_FAULT: 'error' } },
    });
    const shopping = await world.shopping({ seconds: world.isShort ? 10 : 30 });
    const cutClients = async () => {
      for (const database of ['orders', 'inventory'] as const) {
        const [row] = await world.admin(database)<{ n: number }>(`
          SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`);
        world.fault('terminated backend', row?.n ?? 0);
      }
    };
    const killBackend = async () => {
      const [row] = await world.admin('orders')<{ pid: number }>(`
        SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() LIMIT 1`);
      if (row === undefined) return;
      process.kill(row.pid, 'SIGKILL');
      world.fault('kill -9 of one backend');
    };
    const cutTransactions = async () => {
      await sleep(untilNextTimer() - 20);
      await world.admin('orders')(cutTransactionsSql);
      world.fault('cut through transactions');
    };
    const strokes = [
      cutClients,
      cutTransactions,
      () => world.strike('postgres', 'SIGINT'),
      killBackend,
      () => world.strike('postgres', 'SIGKILL'),
      () => world.strike('postgres', 'SIGQUIT'),
    ];
    const times = world.isShort ? strokes.length : strokes.length * 2;
    for (let stroke = 0; stroke < times; stroke++) {
      await shopping.reached((stroke + 0.5) / times);
      const strike = stroke < strokes.length ? strokes[stroke] : pick(world.random, strokes);
      // The server may still be down from the stroke before: then this one finds nobody to hit.
      await strike?.().catch(() => undefined);
      await sleep(between(world.random, 0, 300));
    }
    await shopping.over;
  },
};
