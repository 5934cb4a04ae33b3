import type { EventData } from '@valerix/contracts/events';
import { topics } from '@valerix/contracts/topology';
import { SECOND } from '../durations.ts';
import type { Logger } from '../logger.ts';
import type { Messaging } from '../messaging.ts';
import type { Metrics } from '../metrics.ts';
import { messageOf, type OutboxRow, outboxRow } from '../outbox.ts';
import type { TalliedSecond } from './request-tally.ts';

type ChangeType = 'HealthChanged' | 'CircuitBreakerChanged';

/**
 * What a process says about itself. Measurements are no state: they go straight to Service Bus and not through the
 * outbox, and nobody waits for them.
 */
export interface SystemEvents {
  /** One `ResponseTime` per second and operation, one `ErrorOccurred` per second, operation and code. */
  measured(seconds: readonly TalliedSecond[]): void;
  changed<T extends ChangeType>(type: T, data: EventData<T>): void;
  /** Sends what waits, unless sending has just failed; one after the other. Never throws. */
  flush(): Promise<void>;
}

export interface SystemEventsOptions {
  readonly service: string;
  readonly messaging: Pick<Messaging, 'send'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now?: () => number;
}

/** Events that wait while Service Bus is away: a minute of ten operations; beyond these the oldest are dropped. */
const MAX_MEASUREMENTS = 600;
/** Kept apart from measurements, which would push them out: an outage of Service Bus is itself such a change. */
const MAX_CHANGES = 200;
/** After a failed send, so that an outage costs nothing. */
const REST_MS = 5 * SECOND;

export function makeSystemEvents(options: SystemEventsOptions): SystemEvents {
  const { service, messaging, metrics, logger, now = Date.now } = options;
  const droppedEvents = metrics.meter.createCounter('system_events_dropped', {
    description: 'Events about this process that were dropped because Service Bus was away for too long.',
  });
  let measurements: OutboxRow[] = [];
  let changes: OutboxRow[] = [];
  let sending: Promise<void> | undefined;
  let restUntil = 0;
  let dropped = 0;
  let away = false;

  const newest = (rows: OutboxRow[], limit: number): OutboxRow[] => {
    const surplus = rows.length - limit;
    if (surplus <= 0) return rows;
    dropped += surplus;
    droppedEvents.add(surplus);
    return rows.slice(surplus);
  };

  const send = async () => {
    const [sentChanges, sentMeasurements] = [changes, measurements];
    changes = [];
    measurements = [];
    try {
      await messaging.send(topics.systemMetrics, [...sentChanges, ...sentMeasurements].map(messageOf));
      if (away) logger.info('system_events_resumed', { dropped });
      away = false;
      dropped = 0;
    } catch (error) {
      if (!away) logger.warn('system_events_wait', { error });
      away = true;
      restUntil = now() + REST_MS;
      // With the ids they had, by which readers know what arrived all the same.
      changes = newest([...sentChanges, ...changes], MAX_CHANGES);
      measurements = newest([...sentMeasurements, ...measurements], MAX_MEASUREMENTS);
    }
  };

  return {
    measured(seconds) {
      const rows = seconds.flatMap((second) => eventsOf(service, second));
      measurements = newest([...measurements, ...rows], MAX_MEASUREMENTS);
    },
    changed(type, data) {
      changes = newest([...changes, outboxRow(type, data, { now: new Date(now()) })], MAX_CHANGES);
    },
    async flush() {
      // What came after that one began goes with the next.
      if (sending !== undefined) await sending;
      if (changes.length + measurements.length === 0 || now() < restUntil) return;
      sending ??= send().finally(() => {
        sending = undefined;
      });
      await sending;
    },
  };
}

function eventsOf(service: string, { second, operations }: TalliedSecond): OutboxRow[] {
  const now = new Date((second + 1) * SECOND);
  return operations.flatMap((tallied) => {
    const { operation, count, errors, sumMs, maxMs, p95Ms, failures } = tallied;
    const durationMs = sumMs / count;
    const facts = { durationMs, success: errors === 0, count, p95Ms, maxMs, errorCount: errors };
    return [
      outboxRow('ResponseTime', { service, operation, ...facts }, { now }),
      ...[...failures].map(([code, times]) =>
        outboxRow('ErrorOccurred', { service, operation, code, count: times }, { now }),
      ),
    ];
  });
}
