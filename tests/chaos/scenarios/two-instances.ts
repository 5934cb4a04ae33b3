import { setTimeout as sleep } from 'node:timers/promises';
import { between, pick } from '../random.ts';
import type { Scenario } from '../world.ts';

/** Scaled out, with timers, consumers and sweeps running twice, and one of each dying now and then. */
export const twoInstances: Scenario = {
  name: 'two-instances',
  what: 'two of each service share databases and broker; shoppers use both; one is killed, another frozen, in turn',
  async run(world) {
    const services = await world.start({
      instances: 2,
      env: { grpc: { SCHRODINGER_MODE: 'true', SCHRODINGER_EVERY_NTH: '5', SCHRODINGER_FAULT: 'drop' } },
    });
    world.fault('second instance of each service', 3);
    const shopping = await world.shopping({ seconds: world.isShort ? 6 : 15 });
    const times = world.isShort ? 4 : 10;
    for (let stroke = 0; stroke < times; stroke++) {
      await shopping.reached((stroke + between(world.random, 0.2, 0.8)) / times);
      const victim = pick(world.random, services.all);
      victim.signal('SIGKILL');
      world.fault(`kill -9 of ${victim.name}`);
      // One that was away for longer than its locks goes on as if nothing had been, while the other did its work.
      const sleeper = pick(
        world.random,
        [...services.inventory, ...services.grpc].filter((each) => each !== victim),
      );
      sleeper.signal('SIGSTOP');
      await sleep(world.isShort || stroke > 0 ? 1_000 : 40_000);
      sleeper.signal('SIGCONT');
      world.fault(`freeze of ${sleeper.name}`);
    }
    await shopping.over;
  },
};
