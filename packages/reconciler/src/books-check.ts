import type { Logger } from '@valerix/platform/logger';
import type { Metrics } from '@valerix/platform/metrics';
import type { CheckResult } from './finding.ts';
import { type Limits, limitsOf } from './limits.ts';

export interface BooksCheckOptions {
  /** The checks of a service's own side. */
  readonly examine: (limits: Limits) => Promise<readonly CheckResult[]>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly limits?: Partial<Limits>;
}

/** What a service looks at by itself: enough to hear of trouble within a quarter of an hour, and cheap at any size. */
const NEWEST = 500;

/** A check that a timer runs: says in one line and in a metric what it found, and repairs nothing. */
export function makeBooksCheck({ examine, metrics, logger, limits: wanted }: BooksCheckOptions): () => Promise<void> {
  const gauge = metrics.meter.createGauge('reconciliation_breaches', {
    description: "Promises that this service's own books break, as of the last check.",
  });
  const limits = limitsOf({ newest: NEWEST, ...wanted });

  return async () => {
    const results = await examine(limits);
    for (const { check, breaches } of results) gauge.record(breaches, { check });
    const broken = results.filter(({ breaches }) => breaches > 0);
    const facts = {
      examined: Object.fromEntries(results.map(({ check, examined }) => [check, examined])),
      inFlight: results.reduce((sum, { inFlight }) => sum + inFlight, 0),
      breaches: Object.fromEntries(broken.map(({ check, breaches }) => [check, breaches])),
    };
    if (broken.length === 0) return logger.info('books_checked', facts);
    logger.error('books_broken', { ...facts, first: broken[0]?.findings[0]?.explanation });
  };
}
