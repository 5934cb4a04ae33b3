import CircuitBreaker from 'opossum';

export interface BreakerOptions {
  /** Per cent of failed calls in the window at which the breaker opens. Default 50. */
  readonly errorPercent: number;
  /** Milliseconds that the rolling window covers. Default 10,000. */
  readonly windowMs: number;
  /** Finished calls in the window below which nothing is concluded. Default 5. */
  readonly minCalls: number;
  /** Milliseconds after which an open breaker lets one call through to see. Default 10,000. */
  readonly resetMs: number;
  /** True when an error speaks against the service; a business answer or a malformed request does not. */
  readonly countsAsFailure: (error: unknown) => boolean;
}

/** The states in the words of the events, and the numbers of the metric `circuit_breaker_state`. */
export const breakerStates = { closed: 0, open: 1, half_open: 2 } as const;
export type BreakerState = keyof typeof breakerStates;

export interface Breaker {
  /** Runs `work`, or rejects at once with the code EOPENBREAKER while the breaker is open. */
  run<T>(work: () => Promise<T>): Promise<T>;
  state(): BreakerState;
  onChange(listener: (state: BreakerState) => void): void;
  close(): void;
}

const BUCKETS = 10;

/** A circuit breaker without a timeout of its own: calls bring their deadlines. Half-open, it lets one call through. */
export function makeBreaker({ errorPercent, windowMs, minCalls, resetMs, countsAsFailure }: BreakerOptions): Breaker {
  const breaker = new CircuitBreaker<[() => Promise<unknown>], unknown>((work) => work(), {
    name: 'inventory',
    timeout: false,
    resetTimeout: resetMs,
    rollingCountTimeout: windowMs,
    rollingCountBuckets: BUCKETS,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    errorFilter: (error: unknown) => !countsAsFailure(error),
    // Left to the rule below: opossum's own divides by the calls begun, so that with calls that hang until their
    // deadline it sees the failures of two seconds ago against the load of now, and opens seconds late.
    errorThresholdPercentage: 100,
    volumeThreshold: minCalls,
  });
  breaker.on('failure', () => {
    const { failures, successes } = breaker.stats;
    const finished = failures + successes;
    if (finished >= minCalls && failures * 100 >= errorPercent * finished) breaker.open();
  });

  return {
    run: <T>(work: () => Promise<T>) => breaker.fire(work) as Promise<T>,
    state: () => (breaker.halfOpen ? 'half_open' : breaker.opened ? 'open' : 'closed'),
    onChange(listener) {
      breaker.on('open', () => listener('open'));
      breaker.on('halfOpen', () => listener('half_open'));
      breaker.on('close', () => listener('closed'));
    },
    close: () => breaker.shutdown(),
  };
}
