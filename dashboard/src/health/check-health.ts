import { healthReport } from '@valerix/contracts/health';
import type { SiteConfig } from '@valerix/contracts/site-config';
import { originOf, type ServiceName } from '../live/service-calls.ts';
import type { Check } from './health.ts';

export type CheckHealth = (service: ServiceName) => Promise<Check>;

const ANSWER_WITHIN_MS = 4_000;

/** Asks `/health`, which needs no key and answers 503 with the same report when something is wrong. */
export const makeCheckHealth =
  (config: SiteConfig): CheckHealth =>
  async (service) => {
    const startedAt = performance.now();
    const report = await fetch(`${originOf(config, service)}/health`, {
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
      .then(async (response) => healthReport.safeParse(await response.json()).data)
      .catch(() => undefined);
    return { service, report, roundTripMs: performance.now() - startedAt, checkedAt: Date.now() };
  };
