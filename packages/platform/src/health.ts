import type { DependencyHealth, HealthReport } from '@valerix/contracts/health';
import { SECOND } from './durations.ts';
import { describeError, type Logger } from './logger.ts';

/** Uses a dependency for real; rejects when it does not work. */
export type Probe = () => Promise<unknown>;

export interface HealthOptions {
  readonly service: string;
  readonly probes: Readonly<Record<string, Probe>>;
  readonly logger: Logger;
  /** A dependency that has not answered by then is unhealthy. */
  readonly timeoutMs?: number;
  /** How long a report is given again, so that probes cost nothing however often they come. */
  readonly cacheMs?: number;
  readonly now?: () => number;
}

/** Leaves a fifth of the second within which `GET /health` has to answer to everything else. */
const TIMEOUT_MS = 0.8 * SECOND;
/** A little less than a second, so that whoever looks every second sees something new each time. */
const CACHE_MS = 0.9 * SECOND;

/** Checks every dependency at once; callers that come together share one check. */
export function makeHealth(options: HealthOptions): () => Promise<HealthReport> {
  const { service, probes, logger, timeoutMs = TIMEOUT_MS, cacheMs = CACHE_MS, now = Date.now } = options;
  let last: { at: number; report: Promise<HealthReport> } | undefined;
  let known = '';

  const check = async (): Promise<HealthReport> => {
    const checked = await Promise.all(
      Object.entries(probes).map(async ([name, probe]) => [name, await useDependency(name, probe)] as const),
    );
    const healthy = checked.every(([, dependency]) => dependency.status === 'healthy');
    const verdict = checked.map(([name, { status }]) => `${name}=${status}`).join(' ');
    if (verdict !== known && (known !== '' || !healthy))
      logger[healthy ? 'info' : 'warn']('health_changed', { verdict });
    known = verdict;
    return {
      status: healthy ? 'healthy' : 'unhealthy',
      service,
      timestamp: new Date(now()).toISOString(),
      dependencies: Object.fromEntries(checked),
    };
  };

  const useDependency = async (name: string, probe: Probe): Promise<DependencyHealth> => {
    const startedAt = now();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const giveUp = () => reject(new Error(`no answer within ${timeoutMs} ms`));
      // A busy process comes to its timers before its sockets, where the answer may be lying: two more turns to read it.
      timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), timeoutMs);
    });
    try {
      await Promise.race([probe(), timeout]);
      return { status: 'healthy', latencyMs: now() - startedAt };
    } catch (error) {
      // Strangers read this answer: they learn which dependency is away, the log says why.
      logger.debug('dependency_unhealthy', { dependency: name, error: describeError(error) });
      return { status: 'unhealthy', latencyMs: now() - startedAt, error: 'does not answer' };
    } finally {
      clearTimeout(timer);
    }
  };

  return () => {
    if (last === undefined || now() - last.at > cacheMs) last = { at: now(), report: check() };
    return last.report;
  };
}
