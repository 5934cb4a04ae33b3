import type { AlertRule, AlertState, ServiceFacts } from '@valerix/contracts/alerts-api';
import { SECOND } from '../durations.ts';
import { addUp } from '../system-metrics/request-tally.ts';
import { type BackupStanding, judgeBackup } from './backup-standing.ts';
import type { Bucket, Heartbeat } from './observations.ts';
import { describeServices } from './services.ts';

export const WINDOW_SECONDS = 30;
/** The service whose answers shoppers wait for. */
const JUDGED_SERVICE = 'order';
/** Red above it, not at it. */
const MAX_AVERAGE_MS = 1_000;
/** Red above 5 in 100, not at it; as whole numbers, because 0.05 is none that a computer has. */
const MAX_ERRORS_PERCENT = 5;

export interface Judgement {
  readonly rule: AlertRule;
  readonly state: AlertState;
  readonly value: number | null;
  readonly threshold: number;
  readonly reason: string;
}

export interface Verdict {
  /** Epoch ms for which it holds. */
  readonly at: number;
  readonly judgements: readonly Judgement[];
  readonly services: readonly ServiceFacts[];
}

export interface Observations {
  readonly buckets: readonly Bucket[];
  readonly heartbeats: readonly Heartbeat[];
  /** Undefined while nobody makes backups. */
  readonly backup?: BackupStanding | undefined;
}

/** The first epoch second of the window and the one after its last: the 30 whole seconds before `now`. */
export function windowAt(now: number): { readonly from: number; readonly until: number } {
  const until = Math.floor(now / SECOND);
  return { from: until - WINDOW_SECONDS, until };
}

/** The alert rules. Pure: the same observations at the same time give the same verdict, whoever asks. */
export function evaluate({ buckets, heartbeats, backup }: Observations, now: number): Verdict {
  const { from, until } = windowAt(now);
  const inWindow = buckets.filter(({ second }) => second >= from && second < until);
  const services = describeServices(inWindow, heartbeats, now);
  const judged = inWindow.filter(({ service }) => service === JUDGED_SERVICE);
  const judgements = [
    judgeResponseTime(judged),
    judgeErrorRate(judged),
    judgeHealth(services),
    judgeBackup(backup, now),
  ];
  return { at: now, judgements, services };
}

/**
 * The average of all requests, or that of the requests that change something, whichever is larger: a storefront that
 * polls for an order which takes seconds would otherwise hide, by its many fast reads, that orders take seconds.
 */
function judgeResponseTime(buckets: readonly Bucket[]): Judgement {
  const groups = [
    { name: 'requests that place or change orders', sums: addUp(buckets.map(({ changes }) => changes)) },
    { name: 'requests', sums: addUp(buckets.map(({ all }) => all)) },
  ];
  const averages = groups
    .filter(({ sums }) => sums.count > 0)
    .map(({ name, sums }) => ({ name, ...sums, averageMs: sums.sumMs / sums.count }))
    .sort((a, b) => b.averageMs - a.averageMs);
  const [slowest] = averages;
  const rule = { rule: 'response_time', threshold: MAX_AVERAGE_MS } as const;
  if (slowest === undefined) return { ...rule, state: 'green', value: null, reason: NO_REQUESTS };
  const { name, count, sumMs, averageMs } = slowest;
  return {
    ...rule,
    // Compared as it was added up: a quotient is rounded.
    state: sumMs > MAX_AVERAGE_MS * count ? 'red' : 'green',
    value: averageMs,
    reason: `The Order service took ${wholeMs(averageMs)} ms on average for ${count} ${name} in the last ${WINDOW_SECONDS} s.`,
  };
}

function judgeErrorRate(buckets: readonly Bucket[]): Judgement {
  const { count, errors } = addUp(buckets.map(({ all }) => all));
  const rule = { rule: 'error_rate', threshold: MAX_ERRORS_PERCENT / 100 } as const;
  if (count === 0) return { ...rule, state: 'green', value: null, reason: NO_REQUESTS };
  return {
    ...rule,
    state: errors * 100 > MAX_ERRORS_PERCENT * count ? 'red' : 'green',
    value: errors / count,
    reason: `The Order service failed ${errors} of ${count} requests in the last ${WINDOW_SECONDS} s.`,
  };
}

function judgeHealth(services: readonly ServiceFacts[]): Judgement {
  const faults = services.flatMap(({ service, healthy, dependencies }) => {
    const away = Object.keys(dependencies).filter((name) => dependencies[name] === 'unhealthy');
    if (away.length === 0 && healthy === false) return [`${service} has stopped reporting`];
    return away.map((name) => `${service} cannot use ${name}`);
  });
  const reason =
    faults.length === 0 ? 'Every service that reports can use what it depends on.' : `${faults.join('; ')}.`;
  return { rule: 'health', state: faults.length === 0 ? 'green' : 'red', value: faults.length, threshold: 0, reason };
}

const NO_REQUESTS = `The Order service had no requests in the last ${WINDOW_SECONDS} s.`;
const wholeMs = (ms: number) => Math.round(ms).toLocaleString('en');
