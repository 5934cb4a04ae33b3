import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { homeAt } from '../../../local/home.ts';
import { pick } from '../random.ts';
import type { Scenario, World } from '../world.ts';

const jumps = ['-3 hours', '-20 minutes', '-1 minute', '+6 seconds', '+2 seconds'] as const;

/** What the timers of the Order service remember of their last and next run, as another clock would have written it. */
function setTimersTo({ home, fault }: World, by: (typeof jumps)[number]): void {
  const timers = join(homeAt(home).functions('order-0'), 'timers');
  for (const timer of existsSync(timers) ? readdirSync(timers) : []) {
    const file = join(timers, timer, 'status');
    const status: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'));
    const direction = by.startsWith('-') ? -1 : 1;
    const moved = Object.entries(status).map(([name, at]) => {
      const instant = new Date(at).getTime() + direction * 26 * 3_600_000;
      return [name, instant > 0 ? new Date(instant).toISOString() : at];
    });
    writeFileSync(file, JSON.stringify(Object.fromEntries(moved)));
    fault(`timer a day ${direction < 0 ? 'back' : 'ahead'}`);
  }
}

/** Orders and outbox rows that look hours older or younger than they are, as after a clock was set. */
export const clockJumps: Scenario = {
  name: 'clock-jumps',
  what: 'the times of orders under way, of outbox rows and of keys jump hours back and seconds ahead, restarts in between',
  async run(world) {
    const { order, inventory } = await world.start({
      env: { grpc: { SCHRODINGER_MODE: 'true', SCHRODINGER_EVERY_NTH: '2', SCHRODINGER_FAULT: 'error' } },
    });
    const orders = world.admin('orders');
    const shopping = await world.shopping({ seconds: world.isShort ? 6 : 15 });
    const times = world.isShort ? 12 : 40;
    for (let jump = 0; jump < times; jump++) {
      await shopping.reached(jump / times);
      const by = pick(world.random, jumps);
      // Only an administrator whose session skips the triggers can do what a clock does. Rows that a service holds are
      // left out: a clock takes no locks, so it must not wait for one while it holds others.
      const moved = await orders<{ n: number }>(`
        WITH silent AS (SELECT set_config('session_replication_role', 'replica', false)),
        moved AS (
          UPDATE orders SET created_at = created_at + interval '${by}', next_check_at = next_check_at + interval '${by}'
          FROM silent WHERE order_id IN (
            SELECT order_id FROM orders WHERE next_check_at IS NOT NULL FOR NO KEY UPDATE SKIP LOCKED
          ) RETURNING 1
        )
        SELECT count(*)::int AS n FROM moved`);
      world.fault(`order ${by}`, moved[0]?.n ?? 0);
      for (const database of ['orders', 'inventory'] as const) {
        const rows = await world.admin(database)(
          `UPDATE outbox SET claimed_until = claimed_until + interval '${by}'
           WHERE position IN (SELECT position FROM outbox FOR UPDATE SKIP LOCKED) RETURNING 1`,
        );
        world.fault(`outbox row ${by}`, rows.length);
      }
      if (world.random() < 0.15) {
        setTimersTo(world, pick(world.random, jumps));
        pick(world.random, [...order, ...inventory]).signal('SIGKILL');
      }
      await sleep(150);
    }
    await shopping.over;
  },
};
