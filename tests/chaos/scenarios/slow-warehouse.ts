import type { Scenario } from '../world.ts';

/** Gremlin: some calls take longer than a shopper waits. */
export const slowWarehouse: Scenario = {
  name: 'slow-warehouse',
  what: 'Gremlin delays every 7th ReserveStock call by 3 s, and then any of them by up to 2.5 s',
  async run(world) {
    const { grpc } = await world.start({
      env: {
        grpc: (starts) =>
          starts === 0
            ? { GREMLIN_EVERY_NTH: '7', GREMLIN_DELAY_MS: '3000' }
            : { GREMLIN_MODE: 'true', GREMLIN_MIN_DELAY_MS: '0', GREMLIN_MAX_DELAY_MS: '2500' },
      },
    });
    const shopping = await world.shopping();
    await shopping.reached(0.5);
    for (const host of grpc) host.signal('SIGKILL');
    await shopping.over;
    const delayed = grpc.reduce((sum, host) => sum + (host.log().split('gremlin_delays_call').length - 1), 0);
    world.fault('delayed call', delayed);
  },
};
