import { setTimeout as sleep } from 'node:timers/promises';
import { between, shuffled } from '../random.ts';
import type { Scenario } from '../world.ts';

/** What lies between the services and their databases. */
export const databaseNetwork: Scenario = {
  name: 'database-network',
  what: 'the networks to both databases cut, go silent, forget connections and lose answers after the commit',
  async run(world) {
    const { orders, inventory } = world.endpoints.databases;
    const ways = { orders: await world.network(orders), inventory: await world.network(inventory) };
    await world.start({ ways: { orders: ways.orders.via(orders), inventory: ways.inventory.via(inventory) } });
    const shopping = await world.shopping({ seconds: world.isShort ? 10 : 30 });
    const strokes = shuffled(
      world.random,
      (['orders', 'inventory'] as const).flatMap((database): [string, () => Promise<void>][] => {
        const network = ways[database];
        const lasting =
          (begin: () => void, longest = 2_500) =>
          async () => {
            begin();
            await sleep(between(world.random, 300, longest));
            network.heal();
          };
        return [
          [`delay to ${database}`, lasting(() => network.delay(150))],
          [`refused by ${database}`, lasting(network.cut)],
          [`reset by ${database}`, async () => network.reset()],
          [`silence of ${database}`, lasting(network.silence, world.isShort ? 2_500 : 8_000)],
          [`lost answers of ${database}`, lasting(network.swallowAnswers)],
          [`answers of ${database} cut in the middle`, async () => network.cutAnswers(8)],
          [`connections of ${database} forgotten`, lasting(network.forget)],
        ];
      }),
    );
    for (const [index, [kind, strike]] of strokes.entries()) {
      await shopping.reached((index + 0.3) / strokes.length);
      await strike();
      world.fault(kind);
    }
    await shopping.over;
    for (const network of Object.values(ways)) network.heal();
  },
};
