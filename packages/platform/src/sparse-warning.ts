import { SECOND } from './durations.ts';
import type { LogFacts, Logger } from './logger.ts';

/**
 * A warning about something that happens to every request while it lasts, such as a dependency that is away: told once a
 * second at most, with how often it went untold since; each single one is there at `debug`.
 */
export function makeSparseWarning(
  logger: Pick<Logger, 'debug' | 'warn'>,
  event: string,
  { everyMs = SECOND, now = Date.now as () => number } = {},
): (facts: LogFacts) => void {
  let nextAt = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (facts) => {
    if (now() < nextAt) {
      untold += 1;
      logger.debug(event, facts);
      return;
    }
    logger.warn(event, untold > 0 ? { ...facts, untold } : facts);
    nextAt = now() + everyMs;
    untold = 0;
  };
}
