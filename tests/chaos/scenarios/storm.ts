import { setTimeout as sleep } from 'node:timers/promises';
import type { Network } from '../network.ts';
import { between, pick } from '../random.ts';
import type { Scenario, World } from '../world.ts';

/** Everything at once: faults overlap, begin during the recovery from others and end in any order. */
export const storm: Scenario = {
  name: 'storm',
  what: 'kills, freezes, broken networks and dying stand-ins at random, overlapping',
  async run(world) {
    const { databases, serviceBus, grpc: warehouse } = world.endpoints;
    const networks = {
      orders: await world.network(databases.orders),
      inventory: await world.network(databases.inventory),
      bus: await world.network(serviceBus),
      grpc: await world.network(warehouse),
    };
    world.allowDeath('1');
    const services = await world.start({
      ways: {
        orders: networks.orders.via(databases.orders),
        inventory: networks.inventory.via(databases.inventory),
        bus: networks.bus.via(serviceBus),
        grpc: networks.grpc.via(warehouse),
      },
      env: {
        order: { BREAKER_RESET_MS: '1000' },
        grpc: { SCHRODINGER_MODE: 'true', SCHRODINGER_CRASH_PROBABILITY: '0.1', GREMLIN_EVERY_NTH: '9' },
      },
    });
    const shopping = await world.shopping({ seconds: world.isShort ? 12 : 45 });
    let isOver = false;
    void shopping.over.then(() => {
      isOver = true;
    });

    const trouble = async (): Promise<void> => {
      while (!isOver) {
        await sleep(between(world.random, 0, 2_000));
        const kind = world.random();
        if (kind < 0.3) {
          const victim = pick(world.random, services.all);
          victim.signal('SIGKILL');
          world.fault(`kill -9 of ${victim.name}`);
        } else if (kind < 0.4) {
          const sleeper = pick(world.random, [...services.inventory, ...services.grpc]);
          sleeper.signal('SIGSTOP');
          await sleep(between(world.random, 200, 3_000));
          sleeper.signal('SIGCONT');
          world.fault(`freeze of ${sleeper.name}`);
        } else if (kind < 0.55) await world.strike(pick(world.random, ['postgres', 'servicebus'] as const));
        else await disturb(world, networks);
      }
    };
    await Promise.all([trouble(), trouble(), trouble()]);
    for (const network of Object.values(networks)) network.heal();
  },
};

async function disturb(world: World, networks: Readonly<Record<string, Network>>): Promise<void> {
  const [name, network] = pick(world.random, Object.entries(networks));
  const begin = pick(world.random, ['cut', 'silence', 'swallowAnswers', 'forget', 'reset'] as const);
  network[begin]();
  world.fault(`${begin} to ${name}`);
  await sleep(between(world.random, 100, 1_500));
  network.heal();
}
