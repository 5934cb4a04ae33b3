import type { CallVerdict } from './grpc-classification.ts';

/** How long and how often one reservation is tried. */
export interface RetryPolicy {
  /** Milliseconds for the whole call, retries and pauses included. Default 2,000. */
  readonly budgetMs: number;
  /** Milliseconds for one attempt. Default: the budget, so that a deadline is never retried. */
  readonly attemptTimeoutMs: number;
  /** Attempts in all, the first included. Default 3. */
  readonly maxAttempts: number;
  /** Milliseconds before the first retry; doubled before each further one. Default 50. */
  readonly backoffMs: number;
}

/** Time and chance, as parameters so that tests move them. */
export interface RetryClock {
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
}

/** The pause before retry number `retry` (from 1): half of it fixed, half by chance, so that callers spread out. */
export function backoffBefore(retry: number, backoffMs: number, random: number): number {
  const whole = backoffMs * 2 ** (retry - 1);
  return whole / 2 + (whole / 2) * random;
}

/**
 * Runs `attempt`, given its deadline in epoch ms, until it succeeds, its error is not worth a retry, the attempts are
 * used up or the budget would be; then throws the last error.
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  clock: RetryClock,
  classify: (error: unknown) => Pick<CallVerdict, 'retry'>,
  attempt: (deadline: number) => Promise<T>,
): Promise<T> {
  const end = clock.now() + policy.budgetMs;
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(Math.min(clock.now() + policy.attemptTimeoutMs, end));
    } catch (error) {
      const { retry } = classify(error);
      const pause = backoffBefore(number, policy.backoffMs, clock.random());
      const left = end - clock.now() - pause;
      const timeNeeded = retry === 'if_time' ? policy.attemptTimeoutMs : 1;
      if (retry === 'no' || number >= policy.maxAttempts || left < timeNeeded) throw error;
      await clock.wait(pause);
    }
  }
}
