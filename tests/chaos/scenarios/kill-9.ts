import { setTimeout as sleep } from 'node:timers/promises';
import { type Target, targets } from '../options.ts';
import { between, pick, shuffled } from '../random.ts';
import type { Scenario, World } from '../world.ts';

/** The processes that `npm start` runs and keeps running, killed at random moments. */
export function kill9(wanted: readonly Target[]): Scenario {
  const victims = wanted.length > 0 ? wanted : targets;
  return {
    name: 'kill-9',
    what: 'SIGKILL of each process at random moments, of two at once, and again while the first recovers',
    ground: 'whole',
    async run(world) {
      const order = shuffled(world.random, victims);
      const strokes: (() => Promise<unknown>)[] = [
        ...order.map((victim) => () => world.strike(victim)),
        () =>
          Promise.all(
            shuffled(world.random, victims)
              .slice(0, 2)
              .map((victim) => world.strike(victim)),
          ),
        () => againDuringRecovery(world, pick(world.random, victims)),
        ...(world.isShort
          ? []
          : shuffled(world.random, victims).map((victim) => () => againDuringRecovery(world, victim))),
      ];
      const shopping = await world.shopping({ seconds: strokes.length * (world.isShort ? 1.5 : 2.5) });
      for (const [index, strike] of strokes.entries()) {
        await shopping.reached((index + between(world.random, 0, 0.9)) / strokes.length);
        await strike();
      }
      await shopping.over;
    },
  };
}

async function againDuringRecovery(world: World, victim: Target): Promise<void> {
  for (let time = 0; time < 3; time++) {
    await world.strike(victim);
    await sleep(between(world.random, 0, 700));
  }
}
