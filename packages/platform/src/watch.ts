import { randomUUID } from 'node:crypto';
import type { AlertsReport } from '@valerix/contracts/alerts-api';
import type { HealthReport } from '@valerix/contracts/health';
import { openAlertTable } from './alerts/alert-table.ts';
import type { BackupStanding } from './alerts/backup-standing.ts';
import { makeJudge } from './alerts/judge-alerts.ts';
import type { BreakerState, Bucket, Heartbeat } from './alerts/observations.ts';
import { WINDOW_SECONDS } from './alerts/rules.ts';
import type { StorageConnection } from './azure/connection-settings.ts';
import { SECOND } from './durations.ts';
import type { Logger } from './logger.ts';
import type { Messaging } from './messaging.ts';
import type { Metrics } from './metrics.ts';
import { addUp, type FinishedRequest, makeRequestTally, type TalliedSecond } from './system-metrics/request-tally.ts';
import { makeSystemEvents } from './system-metrics/system-events.ts';

/**
 * How a process looks after itself and, with all the others, after the system: what it measured goes out as events and
 * into the alert table, its dependencies are used without anybody asking, and the alerts are judged.
 */
export interface Watch {
  /** Counts an answer; costs a few additions and never throws. */
  requestFinished(request: FinishedRequest): void;
  breakerChanged(state: BreakerState): void;
  /** Backups are made here; with `news`, how they stand. Rejects while storage is away. */
  tellBackup(news?: Omit<BackupStanding, 'since'>): Promise<void>;
  /** How the backups stand; undefined while nobody makes any. Rejects while storage is away. */
  backupStanding(): Promise<BackupStanding | undefined>;
  /** Begins to look every second, without keeping the process alive for it. */
  start(): void;
  /** Looks once, now: for a timer trigger, which wakes a process that Azure had put to rest. Never throws. */
  look(): Promise<void>;
  /** The alerts as of now. Rejects while storage is away. */
  report(): Promise<AlertsReport>;
  /** Removes measurements that no verdict needs any more; answers how many rows. */
  forgetOld(): Promise<number>;
  /** The end of the process by intention: its silence will mean nothing. Never throws. */
  stop(): Promise<void>;
}

export interface WatchOptions {
  readonly service: string;
  readonly storage: StorageConnection;
  readonly messaging: Pick<Messaging, 'send'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly checkHealth: () => Promise<HealthReport>;
  /** Of a service that has a circuit breaker. */
  readonly breakerState?: () => BreakerState;
  readonly now?: () => number;
  readonly instance?: string;
}

/** An instance that is well says so this often. */
const HEARTBEAT_MS = 5 * SECOND;
/**
 * A process that has just started is still connecting: what it cannot use meanwhile is no news, or every start would be an
 * alert. `GET /health` says how it is at any time.
 */
const WARM_UP_MS = 5 * SECOND;
/** Whoever is idle looks at the alerts this often, while they are green: another service may have fallen silent. */
const JUDGE_IDLE_MS = 5 * SECOND;
/** All instances write the second that is over at the same moment; by then they have. */
const JUDGE_AFTER_MS = 200;
/** Past the end of a second, which timers can miss by a millisecond. */
const TICK_AFTER_MS = 10;

export function makeWatch(options: WatchOptions): Watch {
  const { service, storage, messaging, metrics, logger, checkHealth, breakerState, now = Date.now } = options;
  const instance = options.instance ?? randomUUID();
  const startedAt = now();
  const table = openAlertTable(storage);
  const alerts = makeJudge({ table, messaging, logger, now });
  const events = makeSystemEvents({ service, messaging, metrics, logger, now });
  const tally = makeRequestTally(now);

  let waiting: Bucket[] = [];
  const unhealthy = new Set<string>();
  let isWarm = false;
  let lastBeat = { at: Number.NEGATIVE_INFINITY, facts: '' };
  let lastJudgedAt = Number.NEGATIVE_INFINITY;
  /** Red, or not known: looked at every second until it is green. */
  let isTroubled = false;
  let storageIsAway = false;

  const withStorage = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work();
      if (storageIsAway) logger.info('alert_storage_back');
      storageIsAway = false;
      return result;
    } catch (error) {
      if (!storageIsAway) logger.warn('alert_storage_away', { error });
      storageIsAway = true;
      throw error;
    }
  };

  const judge = async () => {
    lastJudgedAt = now();
    isTroubled = true;
    const report = await withStorage(alerts.judge);
    isTroubled = report.state === 'red';
    return report;
  };

  const publish = () => {
    const seconds = tally.take();
    events.measured(seconds);
    const oldest = Math.floor(now() / SECOND) - WINDOW_SECONDS;
    // What has left the window while storage was away would change nothing any more.
    const all = [...waiting, ...seconds.map((second) => bucketOf(service, instance, second))];
    waiting = all.filter(({ second }) => second >= oldest);
    return events.flush();
  };

  const writeBuckets = async () => {
    const written = waiting;
    if (written.length === 0) return false;
    await withStorage(() => table.writeBuckets(written));
    waiting = waiting.filter((bucket) => !written.includes(bucket));
    return true;
  };

  /** Tells each change of a dependency once; a first report that all is well is none. */
  const tellChanges = (dependencies: HealthReport['dependencies']) => {
    for (const [dependency, { status }] of Object.entries(dependencies)) {
      const healthy = status === 'healthy';
      if (healthy !== unhealthy.has(dependency)) continue;
      if (healthy) unhealthy.delete(dependency);
      else unhealthy.add(dependency);
      events.changed('HealthChanged', { service, dependency, healthy });
    }
    void events.flush();
  };

  /** Answers whether there was something new to say. */
  const beat = async () => {
    const { status: overall, dependencies } = await checkHealth();
    isWarm ||= overall === 'healthy' || now() - startedAt >= WARM_UP_MS;
    if (!isWarm) return false;
    tellChanges(dependencies);
    const states = Object.entries(dependencies).map(([name, { status }]) => [name, status] as const);
    const said = { dependencies: Object.fromEntries(states), breaker: breakerState?.() ?? null };
    const facts = JSON.stringify(said);
    const at = now();
    const isNews = facts !== lastBeat.facts;
    if (!isNews && at - lastBeat.at < HEARTBEAT_MS) return false;
    const heartbeat: Heartbeat = { service, instance, at, startedAt, ...said };
    await withStorage(() => table.beat(heartbeat));
    lastBeat = { at, facts };
    return isNews;
  };

  let tick: NodeJS.Timeout | undefined;
  let judging: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;
  const underWay = new Map<string, Promise<unknown>>();
  /** Runs work that the next second repeats: one at a time, and its failure has been told. */
  const inBackground = (name: string, work: () => Promise<unknown>) => {
    if (underWay.has(name)) return;
    const running = work()
      .catch(() => undefined)
      .finally(() => underWay.delete(name));
    underWay.set(name, running);
  };
  const judgeSoon = () => {
    if (stopping !== undefined) return;
    judging ??= setTimeout(() => {
      judging = undefined;
      if (underWay.has('judge')) judgeSoon();
      else inBackground('judge', judge);
    }, JUDGE_AFTER_MS).unref();
  };
  const onTick = () => {
    armTick();
    void publish();
    const judgeIfNews = (isNews: boolean) => {
      if (isNews) judgeSoon();
    };
    inBackground('buckets', () => writeBuckets().then(judgeIfNews));
    inBackground('health', () => beat().then(judgeIfNews));
    if (isTroubled || now() - lastJudgedAt >= JUDGE_IDLE_MS) judgeSoon();
  };
  const armTick = () => {
    tick = setTimeout(onTick, SECOND - (Date.now() % SECOND) + TICK_AFTER_MS).unref();
  };

  const stop = async () => {
    clearTimeout(tick);
    clearTimeout(judging);
    await Promise.allSettled([...underWay.values(), publish()]);
    await alerts.idle();
    await table.signOff(service, instance).catch((error: unknown) => logger.debug('alert_sign_off_failed', { error }));
  };

  return {
    requestFinished: tally.add,
    breakerChanged(state) {
      events.changed('CircuitBreakerChanged', { service, state });
      void events.flush();
    },
    tellBackup: (news) => withStorage(() => table.tellBackup(now(), news)),
    backupStanding: () => withStorage(async () => (await table.observe(now())).backup),
    start: armTick,
    async look() {
      const sent = publish();
      // Told by whoever failed; the next look tries again.
      await Promise.allSettled([writeBuckets(), beat()]);
      await Promise.allSettled([judge(), sent]);
      await alerts.idle();
    },
    report: judge,
    forgetOld: () => withStorage(() => table.forgetOld(now())),
    stop: () => (stopping ??= stop()),
  };
}

function bucketOf(service: string, instance: string, { second, operations }: TalliedSecond): Bucket {
  const changes = operations.filter(({ isChange }) => isChange);
  return { second, service, instance, all: addUp(operations), changes: addUp(changes) };
}
