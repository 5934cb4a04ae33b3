import type { HostRetry } from '../config/host-json.ts';
import { StartupError } from '../startup-error.ts';
import type { RetryContext, RpcDuration, RpcRetryOptions } from './rpc-types.ts';

export interface RetryPolicy {
  /** -1 means for ever. */
  maxRetryCount: number;
  /** Milliseconds to wait before retry number `retry` (1 is the first). */
  delayMs(retry: number): number;
}

/** The policy of the function, or else the one host.json gives every function. */
export function retryPolicyOf(
  own: RpcRetryOptions | undefined,
  ofHost: HostRetry | undefined,
): RetryPolicy | undefined {
  if (own !== undefined) {
    return makePolicy({
      strategy: own.retryStrategy,
      maxRetryCount: own.maxRetryCount ?? 0,
      delayMs: milliseconds(own.delayInterval),
      minimumMs: milliseconds(own.minimumInterval),
      maximumMs: milliseconds(own.maximumInterval),
    });
  }
  if (ofHost === undefined) return undefined;
  return makePolicy({
    strategy: ofHost.strategy,
    maxRetryCount: ofHost.maxRetryCount,
    delayMs: ofHost.delayInterval,
    minimumMs: ofHost.minimumInterval,
    maximumMs: ofHost.maximumInterval,
  });
}

interface PolicyOptions {
  strategy: string | undefined;
  maxRetryCount: number;
  delayMs: number | undefined;
  minimumMs: number | undefined;
  maximumMs: number | undefined;
}

function makePolicy(options: PolicyOptions): RetryPolicy {
  const { strategy, maxRetryCount, delayMs, minimumMs, maximumMs } = options;
  if (strategy === 'fixedDelay' && delayMs !== undefined) return { maxRetryCount, delayMs: () => delayMs };
  if (strategy === 'exponentialBackoff' && minimumMs !== undefined && maximumMs !== undefined) {
    return {
      maxRetryCount,
      delayMs: (retry) => Math.min(maximumMs, minimumMs + Math.random() * (2 ** (retry - 1) - 1) * minimumMs),
    };
  }
  throw new StartupError(
    'A retry policy needs strategy fixedDelay with delayInterval, or exponentialBackoff with minimumInterval and maximumInterval.',
  );
}

/**
 * Runs `attempt` until it succeeds or the policy is used up, in process as the real host does. The function sees a
 * retryContext from its first attempt on when it has a policy.
 */
export async function runWithRetries<T>(
  policy: RetryPolicy | undefined,
  attempt: (retryContext: RetryContext | undefined) => Promise<T>,
  waitBefore: (retry: number, delayMs: number) => Promise<'go on' | 'give up'>,
): Promise<T> {
  if (policy === undefined) return attempt(undefined);
  let previous: unknown;
  for (let retryCount = 0; ; retryCount++) {
    const context: RetryContext = { retryCount, maxRetryCount: policy.maxRetryCount };
    if (previous !== undefined) context.exception = describe(previous);
    try {
      return await attempt(context);
    } catch (error) {
      if (policy.maxRetryCount !== -1 && retryCount >= policy.maxRetryCount) throw error;
      previous = error;
      if ((await waitBefore(retryCount + 1, policy.delayMs(retryCount + 1))) === 'give up') throw error;
    }
  }
}

function describe(error: unknown): { message: string; stackTrace: string; source: string } {
  if (error instanceof Error) return { message: error.message, stackTrace: error.stack ?? '', source: '' };
  return { message: String(error), stackTrace: '', source: '' };
}

const milliseconds = (duration: RpcDuration | undefined) =>
  duration === undefined ? undefined : Number(duration.seconds) * 1000;
