import type { Logger } from './logger.ts';
import { isUnavailable } from './postgres-errors.ts';

/**
 * Work that a timer repeats anyway: while the database is away a run is skipped, with one line at the beginning of the
 * outage instead of an error at every tick. Any other error goes on to the host.
 */
export function skipWhileAway(name: string, logger: Logger, work: () => Promise<unknown>): () => Promise<void> {
  let away = false;
  return async () => {
    try {
      await work();
      if (away) logger.info('timer_resumed', { timer: name });
      away = false;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (!away) logger.warn('timer_skipped', { timer: name, error });
      away = true;
    }
  };
}
