import { setTimeout as sleep } from 'node:timers/promises';
import { between, shuffled } from '../random.ts';
import type { Scenario } from '../world.ts';

/** What lies between the services and the broker. */
export const serviceBusNetwork: Scenario = {
  name: 'servicebus-network',
  what: 'the network to Service Bus delays, cuts, resets, goes silent and loses the answers to sends',
  async run(world) {
    const bus = world.endpoints.serviceBus;
    const network = await world.network(bus);
    await world.start({
      ways: { bus: network.via(bus) },
      env: { grpc: { SCHRODINGER_MODE: 'true', SCHRODINGER_EVERY_NTH: '3', SCHRODINGER_FAULT: 'drop' } },
    });
    const shopping = await world.shopping({ seconds: world.isShort ? 6 : 20 });
    const lasting = (begin: () => void) => async () => {
      begin();
      await sleep(between(world.random, 300, 2_500));
      network.heal();
    };
    const strokes = shuffled<[string, () => Promise<void>]>(world.random, [
      ['delay', lasting(() => network.delay(200))],
      ['refusing network', lasting(network.cut)],
      ['reset', async () => network.reset()],
      ['silent network', lasting(network.silence)],
      ['lost answers', lasting(network.swallowAnswers)],
      ['answer cut in the middle', async () => network.cutAnswers(5)],
    ]);
    for (const [index, [kind, strike]] of strokes.entries()) {
      await shopping.reached((index + 0.3) / strokes.length);
      await strike();
      world.fault(kind);
    }
    await shopping.over;
    network.heal();
  },
};
