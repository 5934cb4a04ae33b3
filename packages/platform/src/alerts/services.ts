import type { ServiceFacts } from '@valerix/contracts/alerts-api';
import { DAY, SECOND } from '../durations.ts';
import { addUp } from '../system-metrics/request-tally.ts';
import type { BreakerState, Bucket, Heartbeat } from './observations.ts';

/** An instance that has said nothing for that long says nothing any more; they report at least every 5 s. */
export const FRESH_MS = 30 * SECOND;
/** A silent service is forgotten after that: it was taken out of use without having been stopped. */
export const REMEMBERED_MS = 1 * DAY;

const breakersByTrouble: readonly BreakerState[] = ['open', 'half_open', 'closed'];

/** What is known about each service at `now`; `buckets` are those of the window. */
export function describeServices(
  buckets: readonly Bucket[],
  heartbeats: readonly Heartbeat[],
  now: number,
): ServiceFacts[] {
  const remembered = heartbeats.filter(({ at }) => now - at <= REMEMBERED_MS);
  const isFresh = ({ at }: Heartbeat) => now - at <= FRESH_MS;
  // After a start of everything, the services that come up first must not call the others dead.
  const someoneListenedLongEnough = remembered.some((one) => isFresh(one) && one.at - one.startedAt >= FRESH_MS);
  const names = new Set([...remembered, ...buckets].map(({ service }) => service));

  return [...names].sort().map((service) => {
    const { count, errors, sumMs } = addUp(
      buckets.filter((bucket) => bucket.service === service).map(({ all }) => all),
    );
    const known = remembered.filter((heartbeat) => heartbeat.service === service);
    const fresh = known.filter(isFresh);
    const dependencies = worstOf(fresh);
    const isSilent = known.length > 0 && fresh.length === 0;
    const reportedAt = Math.max(...known.map(({ at }) => at));
    return {
      service,
      requests: count,
      errors,
      averageMs: count === 0 ? null : sumMs / count,
      errorRate: count === 0 ? null : errors / count,
      healthy:
        fresh.length > 0
          ? !Object.values(dependencies).includes('unhealthy')
          : isSilent && someoneListenedLongEnough
            ? false
            : null,
      dependencies,
      reportedAt: known.length === 0 ? null : new Date(reportedAt).toISOString(),
      breaker: breakersByTrouble.find((state) => fresh.some(({ breaker }) => breaker === state)) ?? null,
    };
  });
}

/** A dependency that one instance cannot use is unhealthy, whatever the others see. */
function worstOf(heartbeats: readonly Heartbeat[]): ServiceFacts['dependencies'] {
  const worst: ServiceFacts['dependencies'] = {};
  for (const { dependencies } of heartbeats) {
    for (const [name, status] of Object.entries(dependencies)) {
      if (worst[name] !== 'unhealthy') worst[name] = status;
    }
  }
  return worst;
}
