import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@valerix/platform/logger';
import type { Metrics } from '@valerix/platform/metrics';
import type { ChaosAnnouncer } from './announce-chaos.ts';
import type { Fate } from './fate.ts';

/** The failure that a caller is answered on purpose, or would be if its connection still stood. */
export class SimulatedFault extends Error {
  override name = 'SimulatedFault';
}

/** Faults on purpose around the work of one ReserveStock call. */
export interface Chaos {
  /** The fate of the call that just arrived. */
  drawFate(): Fate;
  /** Waits out the delay of a fate. */
  beforeWork(fate: Fate): Promise<void>;
  /** Between the commit and the answer: dies, cuts the connection or throws, if that is the call's fate. */
  afterCommit(fate: Fate, dropConnection: () => void): void;
}

export interface ChaosOptions {
  readonly drawFate: () => Fate;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly announcer: Pick<ChaosAnnouncer, 'note' | 'beforeExit'>;
  /** Ends the process at once. */
  readonly exit: (code: number) => never;
}

export function makeChaos({ drawFate, metrics, logger, announcer, exit }: ChaosOptions): Chaos {
  const activations = metrics.meter.createCounter('gremlin_activations', {
    description: 'ReserveStock calls that were delayed on purpose.',
  });
  const crashes = metrics.meter.createCounter('crash_simulations', {
    description: 'ReserveStock calls that failed on purpose after their commit, by fault.',
  });

  return {
    drawFate,
    async beforeWork({ delayMs, fault }) {
      // A process that dies at once can tell nobody, so its death is announced while it lives.
      if (fault === 'exit') await announcer.beforeExit();
      if (delayMs === 0) return;
      activations.add(1);
      logger.warn('gremlin_delays_call', { delayMs });
      announcer.note('gremlin', delayMs);
      await delay(delayMs);
    },
    afterCommit({ fault }, dropConnection) {
      if (fault === undefined) return;
      crashes.add(1, { fault });
      logger.warn('crash_simulated', { fault });
      if (fault === 'exit') return exit(1);
      announcer.note(fault);
      if (fault === 'drop') dropConnection();
      throw new SimulatedFault('The call failed on purpose, after its commit.');
    },
  };
}
