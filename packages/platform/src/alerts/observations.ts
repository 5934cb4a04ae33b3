import type { breakerState } from '@valerix/contracts/alerts-api';
import type { z } from 'zod';
import type { Sums } from '../system-metrics/request-tally.ts';

export type BreakerState = z.infer<typeof breakerState>;

/** What one instance of a service answered in one second. */
export interface Bucket {
  /** Epoch seconds. */
  readonly second: number;
  readonly service: string;
  readonly instance: string;
  /** Every request that counts. */
  readonly all: Sums;
  /** Those of them that asked for something to be changed. */
  readonly changes: Sums;
}

/** The last that one instance of a service said about itself. */
export interface Heartbeat {
  readonly service: string;
  readonly instance: string;
  /** Epoch ms. */
  readonly at: number;
  /** Epoch ms since when the instance has been running. */
  readonly startedAt: number;
  readonly dependencies: Readonly<Record<string, 'healthy' | 'unhealthy'>>;
  readonly breaker: BreakerState | null;
}
