import { setTimeout as sleep } from 'node:timers/promises';
import { between, pick } from '../random.ts';
import type { Scenario } from '../world.ts';

/** The broker dies and comes back while events are on their way. */
export const serviceBusRestart: Scenario = {
  name: 'servicebus-restart',
  what: 'the Service Bus emulator is killed or stopped in the middle of sends and deliveries, also right after its restart',
  async run(world) {
    // Slow answers make messages matter: those orders are finished by messages only.
    await world.start({
      env: { grpc: { SCHRODINGER_MODE: 'true', SCHRODINGER_EVERY_NTH: '3', SCHRODINGER_FAULT: 'error' } },
    });
    const shopping = await world.shopping({ seconds: world.isShort ? 6 : 15 });
    const times = world.isShort ? 3 : 6;
    for (let stroke = 0; stroke < times; stroke++) {
      await shopping.reached((stroke + 0.5) / times);
      await world.strike('servicebus', pick(world.random, ['SIGKILL', 'SIGTERM'] as const));
      await sleep(between(world.random, 0, 800));
      if (world.random() < 0.5) await world.strike('servicebus');
    }
    await shopping.over;
  },
};
