import { setTimeout as sleep } from 'node:timers/promises';
import { between, shuffled } from '../random.ts';
import type { Scenario } from '../world.ts';

/** What lies between the Order service and the warehouse. */
export const warehouseNetwork: Scenario = {
  name: 'warehouse-network',
  what: 'the network between order and gRPC host delays, cuts, resets, goes silent, swallows answers, cuts them in the middle',
  async run(world) {
    const network = await world.network(world.endpoints.grpc);
    const { grpc } = await world.start({
      // A breaker that forgives soon, so that every kind of fault meets calls and not an open breaker.
      env: { order: { BREAKER_MIN_CALLS: '40', BREAKER_WINDOW_MS: '2000', BREAKER_RESET_MS: '500' } },
      ways: { grpc: network.via(world.endpoints.grpc) },
    });
    const shopping = await world.shopping({ seconds: world.isShort ? 8 : 20 });
    const lasting = (begin: () => void) => async () => {
      begin();
      await sleep(between(world.random, 500, 1_500));
      network.heal();
    };
    const freeze = async () => {
      for (const host of grpc) host.signal('SIGSTOP');
      await sleep(between(world.random, 500, 3_000));
      for (const host of grpc) host.signal('SIGCONT');
    };
    const strokes = shuffled<[string, () => Promise<void>]>(world.random, [
      ['delay', lasting(() => network.delay(900))],
      ['refusing network', lasting(network.cut)],
      ['reset', async () => network.reset()],
      ['silent network', lasting(network.silence)],
      ['lost answers', lasting(network.swallowAnswers)],
      ['answer cut in the middle', async () => network.cutAnswers(5)],
      ['forgotten connection', lasting(network.forget)],
      ['frozen host', freeze],
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
