import type { AlertFacts, AlertRule, AlertState, AlertsReport, ServiceFacts } from '@valerix/contracts/alerts-api';
import type { AnyEvent } from '@valerix/contracts/events';

interface KnownRule {
  readonly status: AlertFacts;
  /** The moment of the server that this is true of. */
  readonly asOf: number;
}

export interface Alerts {
  readonly rules: ReadonlyMap<AlertRule, KnownRule>;
  readonly services: readonly ServiceFacts[];
  readonly windowSeconds: number;
  readonly evaluatedAt: number;
  /** When this page last read the report; undefined until the first answer. */
  readonly readAt: number | undefined;
  readonly error: string | undefined;
}

export const noAlerts: Alerts = {
  rules: new Map(),
  services: [],
  windowSeconds: 30,
  evaluatedAt: 0,
  readAt: undefined,
  error: undefined,
};

/** Folds changes that were pushed: one older than what is known of its rule changes nothing. */
export function hearAlertChanges(alerts: Alerts, events: readonly AnyEvent[]): Alerts {
  const rules = new Map(alerts.rules);
  let changed = false;
  for (const event of events) {
    if (event.eventType !== 'AlertChanged') continue;
    const asOf = Date.parse(event.timestamp);
    if (asOf <= (rules.get(event.data.rule)?.asOf ?? 0)) continue;
    rules.set(event.data.rule, { status: event.data, asOf });
    changed = true;
  }
  return changed ? { ...alerts, rules } : alerts;
}

/** Takes in a report; one that was evaluated before what is known is out of date. */
export function mergeAlerts(alerts: Alerts, report: AlertsReport, readAt: number): Alerts {
  const evaluatedAt = Date.parse(report.evaluatedAt);
  if (evaluatedAt < alerts.evaluatedAt) return { ...alerts, readAt, error: undefined };
  const rules = new Map(alerts.rules);
  for (const status of report.rules) {
    const known = rules.get(status.rule);
    if (known === undefined || known.asOf <= evaluatedAt) rules.set(status.rule, { status, asOf: evaluatedAt });
  }
  const { services, windowSeconds } = report;
  return { rules, services, windowSeconds, evaluatedAt, readAt, error: undefined };
}

export interface Verdict {
  readonly state: AlertState | 'unknown';
  readonly since: number | undefined;
  readonly red: readonly AlertFacts[];
}

/** Red while any rule is, since the first of them turned; green since the last one did. */
export function verdictOf({ rules }: Alerts): Verdict {
  const all = [...rules.values()].map(({ status }) => status);
  if (all.length === 0) return { state: 'unknown', since: undefined, red: [] };
  const red = all.filter(({ state }) => state === 'red');
  const since = (statuses: readonly AlertFacts[]) => statuses.map((status) => Date.parse(status.since));
  return red.length > 0
    ? { state: 'red', since: Math.min(...since(red)), red }
    : { state: 'green', since: Math.max(...since(all)), red };
}
