import { until } from '../../system/until.ts';
import type { Scenario } from '../world.ts';

const faults = ['drop', 'error', 'exit'] as const;

/** Schrödinger: the stock is taken, and the shopper's side never hears so. */
export const crashAfterCommit: Scenario = {
  name: 'crash-after-commit',
  what: 'Schrödinger cuts the connection, answers an error or lets the process exit after the commit of every 4th call',
  async run(world) {
    // exit code 1 is how a simulated crash ends.
    world.allowDeath('1');
    const { grpc } = await world.start({
      env: {
        // A breaker that forgives soon, or the orders after a restart would not reach the host.
        order: { BREAKER_MIN_CALLS: '100', BREAKER_RESET_MS: '500' },
        grpc: (starts) => ({
          SCHRODINGER_MODE: 'true',
          SCHRODINGER_EVERY_NTH: '4',
          SCHRODINGER_FAULT: faults[Math.min(starts, 2)] ?? 'exit',
        }),
      },
    });
    const struck = (fault: string) =>
      grpc.flatMap((host) => host.log().match(new RegExp(`crash_simulated","fault":"${fault}"`, 'g')) ?? []).length;
    const deadline = performance.now() + 60_000;
    const goOn = () => performance.now() < deadline && faults.some((fault) => struck(fault) === 0);
    const shopping = await world.shopping({ goOn, seconds: world.isShort ? 8 : 15 });
    // Each death brings the next fault; from the second on the host dies of the fault itself.
    for (const [index, fault] of faults.slice(0, 2).entries()) {
      await shopping.reached((index + 1) * 0.3);
      await until(`the fault ${fault} to strike`, () => struck(fault) > 0, { timeoutMs: 60_000 });
      for (const host of grpc) host.signal('SIGKILL');
    }
    await shopping.over;
    for (const fault of faults) {
      if (struck(fault) === 0) world.breach(`The fault ${fault} never struck.`);
      world.fault(fault, struck(fault));
    }
  },
};
