import type { AnyEvent } from '@valerix/contracts/events';
import type { HealthReport } from '@valerix/contracts/health';
import type { ServiceName } from '../live/service-calls.ts';

interface DependencyState {
  readonly healthy: boolean;
  /** Undefined when an event told of the change and no check has measured since. */
  readonly latencyMs: number | undefined;
  readonly asOf: number;
}

export interface CheckedService {
  /** False when `/health` gave no answer that could be read. */
  readonly reachable: boolean;
  readonly dependencies: ReadonlyMap<string, DependencyState>;
  /** How long the whole check took, as seen from this browser. */
  readonly roundTripMs: number | undefined;
  readonly checkedAt: number;
}

export type Health = ReadonlyMap<ServiceName, CheckedService>;

export const noHealth: Health = new Map();

/** Which checked service speaks under a name in events. */
const speakers: Readonly<Record<string, ServiceName>> = { order: 'order', 'functions-inventory': 'inventory' };

export const isHealthy = ({ reachable, dependencies }: CheckedService): boolean =>
  reachable && [...dependencies.values()].every(({ healthy }) => healthy);

export interface Check {
  readonly service: ServiceName;
  /** Undefined when there was no answer. */
  readonly report: HealthReport | undefined;
  readonly roundTripMs: number;
  readonly checkedAt: number;
}

/** Takes in one check; of a dependency the later word counts, be it a check's or an event's. */
export function mergeCheck(health: Health, { service, report, roundTripMs, checkedAt }: Check): Health {
  const before = health.get(service);
  if (report === undefined) {
    const dependencies: CheckedService['dependencies'] = before?.dependencies ?? new Map();
    return new Map(health).set(service, { reachable: false, dependencies, roundTripMs: undefined, checkedAt });
  }
  const asOf = Date.parse(report.timestamp);
  const dependencies = new Map<string, DependencyState>();
  for (const [name, { status, latencyMs }] of Object.entries(report.dependencies)) {
    const known = before?.dependencies.get(name);
    const told = { healthy: status === 'healthy', latencyMs, asOf };
    dependencies.set(name, known !== undefined && known.asOf > asOf ? known : told);
  }
  return new Map(health).set(service, { reachable: true, dependencies, roundTripMs, checkedAt });
}

export function hearHealthChanges(health: Health, events: readonly AnyEvent[]): Health {
  let after = health;
  for (const event of events) {
    if (event.eventType !== 'HealthChanged') continue;
    const { service, dependency, healthy } = event.data;
    const speaker = speakers[service];
    const checked = speaker === undefined ? undefined : after.get(speaker);
    const known = checked?.dependencies.get(dependency);
    const asOf = Date.parse(event.timestamp);
    if (speaker === undefined || checked === undefined || known === undefined || known.asOf >= asOf) continue;
    const dependencies = new Map(checked.dependencies).set(dependency, { healthy, latencyMs: undefined, asOf });
    after = new Map(after).set(speaker, { ...checked, dependencies });
  }
  return after;
}
