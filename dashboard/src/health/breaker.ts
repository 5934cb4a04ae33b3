import type { AlertsReport, ServiceFacts } from '@valerix/contracts/alerts-api';
import type { AnyEvent } from '@valerix/contracts/events';

/** The breaker before the warehouse; undefined until anybody told. */
export interface Breaker {
  readonly state: NonNullable<ServiceFacts['breaker']> | undefined;
  readonly asOf: number;
}

export const noBreaker: Breaker = { state: undefined, asOf: 0 };

export function hearBreakerChanges(breaker: Breaker, events: readonly AnyEvent[]): Breaker {
  let after = breaker;
  for (const event of events) {
    if (event.eventType !== 'CircuitBreakerChanged') continue;
    const asOf = Date.parse(event.timestamp);
    if (asOf > after.asOf) after = { state: event.data.state, asOf };
  }
  return after;
}

/** The services' own reports say the state as of `reportedAt`. */
export function mergeBreaker(breaker: Breaker, report: AlertsReport): Breaker {
  const told = report.services.find((service) => service.breaker !== null && service.reportedAt !== null);
  if (told === undefined || told.breaker === null || told.reportedAt === null) return breaker;
  const asOf = Date.parse(told.reportedAt);
  return asOf > breaker.asOf ? { state: told.breaker, asOf } : breaker;
}
