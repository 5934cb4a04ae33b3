import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type AnyEvent, parseEvent } from '@valerix/contracts/events';
import { type EntityName, redeliverToProperty } from '@valerix/contracts/topology';
import { passCrashPoint } from './crash-points.ts';
import { SECOND } from './durations.ts';
import type { Logger } from './logger.ts';
import type { Messaging, OutgoingMessage } from './messaging.ts';
import type { Database } from './postgres.ts';
import { isUnavailable } from './postgres-errors.ts';
import { type Quarantined, quarantine } from './quarantine.ts';
import { inSpans } from './telemetry/spans.ts';
import { parseTraceparent } from './trace-context.ts';

/** An event as its reader gets it, with the span in which it is read, if it belongs to a trace. */
export type HeardEvent = AnyEvent & { readonly traceparent?: string | null };

/** Reads one delivery; `traceparents` are those of the messages, in their order, as far as they are known. */
export type Consume = (bodies: readonly unknown[], traceparents?: readonly unknown[]) => Promise<void>;

export interface ConsumerOptions {
  /** Where the messages come from, and where a copy for later goes. */
  readonly entity: EntityName;
  /** The subscription, or the queue's own name: copies for later come back to this reader alone. */
  readonly reader: string;
  readonly database: Database;
  readonly messaging: Messaging;
  readonly logger: Logger;
  /** Applies events; must be idempotent. Events of one call may share a transaction. */
  readonly handle: (events: readonly HeardEvent[]) => Promise<void>;
  /** How often one event may fail by its own fault before it is quarantined. */
  readonly maxAttempts?: number;
  /** How long a delivery is held while the database is away; must stay well below the entity's lock duration. */
  readonly holdMs?: number;
  /** When a delivery that was held in vain comes back. */
  readonly comeBackMs?: number;
  readonly now?: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

const POLL_MS = SECOND;
const RETRY_BASE_MS = SECOND;
const RETRY_MAX_MS = 60 * SECOND;

/**
 * Reads messages so that neither an outage nor a bad message needs a human.
 *
 * The Functions host abandons a failed message at once and without delay, and dead-letters it after ten tries, so
 * failing is the last resort here. While the database is away a delivery is held, then handed back to the broker as a
 * copy that arrives later, for this reader alone. An event that fails by its own fault is set apart from its batch and
 * comes back at growing intervals; one that can never be understood, or failed to the end, is quarantined.
 */
export function makeConsumer(options: ConsumerOptions): Consume {
  const { entity, reader, database, messaging, logger } = options;
  const { maxAttempts = 10, holdMs = 20 * SECOND, comeBackMs = 30 * SECOND, now = Date.now, wait = delay } = options;

  const handle = (events: readonly HeardEvent[]): Promise<void> =>
    inSpans(
      (index) => `process ${events[index]?.eventType}`,
      { kind: 'consumer', attributes: { 'messaging.system': 'servicebus', 'messaging.destination.name': reader } },
      events.map((event) => event.traceparent ?? null),
      (traceparents) =>
        options.handle(events.map((event, index) => ({ ...event, traceparent: traceparents[index] ?? null }))),
    );

  /** Sends copies that arrive at `at`; `counted` says whether the try counts against the event. */
  const comeBack = async (events: readonly HeardEvent[], at: Date, counted: boolean): Promise<void> => {
    const copies = events.map(({ traceparent, ...event }): OutgoingMessage => {
      const attempt = (event.redelivery?.attempt ?? 1) + (counted ? 1 : 0);
      const firstDeliveredAt = event.redelivery?.firstDeliveredAt ?? new Date(now()).toISOString();
      return {
        // The broker's duplicate detection would drop a copy under the event's own id.
        messageId: randomUUID(),
        subject: event.eventType,
        body: { ...event, redelivery: { attempt, firstDeliveredAt } },
        properties: {
          eventType: event.eventType,
          [redeliverToProperty]: reader,
          ...(traceparent && { traceparent }),
        },
      };
    });
    await messaging.schedule(entity, copies, at);
  };

  /** Runs `work`; while the database is away, waits for it. False when it stayed away for the whole hold. */
  const whileHeld = async (deadline: number, work: () => Promise<void>): Promise<boolean> => {
    for (;;) {
      try {
        await work();
        return true;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        if (now() + POLL_MS > deadline) {
          logger.warn('delivery_held_in_vain', { reader, error });
          return false;
        }
        await wait(POLL_MS);
      }
    }
  };

  const setApart = async (event: HeardEvent, error: unknown): Promise<Quarantined | undefined> => {
    const attempt = event.redelivery?.attempt ?? 1;
    logger.error('event_failed', { reader, eventType: event.eventType, eventId: event.eventId, attempt, error });
    if (attempt >= maxAttempts) {
      return {
        entity,
        reader,
        eventId: event.eventId,
        eventType: event.eventType,
        body: JSON.stringify({ ...event, traceparent: undefined }),
        reason: 'gave_up',
        detail: error instanceof Error ? error.message : String(error),
      };
    }
    const after = Math.min(RETRY_BASE_MS * 2 ** (attempt - 1), RETRY_MAX_MS);
    await comeBack([event], new Date(now() + after), true);
    return undefined;
  };

  return async (bodies, traceparents = []) => {
    const deadline = now() + holdMs;
    const events: HeardEvent[] = [];
    const rejected: Quarantined[] = [];
    // The host drops empty bodies but not their properties: a count that differs says nothing about any message.
    const known = traceparents.length === bodies.length ? traceparents : [];
    for (const [index, body] of bodies.entries()) {
      const parsed = parseEvent(body);
      if (parsed.kind === 'event') events.push({ ...parsed.event, traceparent: traceparentIn(known[index]) });
      else rejected.push(unreadable(entity, reader, body, parsed.detail));
    }

    passCrashPoint('consumer.before-handling');
    let remaining: readonly HeardEvent[] = events;
    const attemptAll = async () => {
      if (remaining.length > 0) await handle(remaining);
      remaining = [];
    };
    let held = true;
    try {
      held = await whileHeld(deadline, attemptAll);
    } catch {
      // Some event of the batch is at fault: one by one, only that one suffers.
      const later: HeardEvent[] = [];
      for (const event of remaining) {
        try {
          if (!(await whileHeld(deadline, () => handle([event])))) later.push(event);
        } catch (error) {
          const bad = await setApart(event, error);
          if (bad) rejected.push(bad);
        }
      }
      remaining = later;
      held = later.length === 0;
    }
    passCrashPoint('consumer.after-handling-before-completion');
    if (!held) await comeBack(remaining, new Date(now() + comeBackMs), false);
    if (rejected.length === 0) return;
    for (const { eventType, detail, reason } of rejected)
      logger.error('message_quarantined', { reader, eventType, reason, detail });
    // Unreadable messages cannot be sent again as events; if the database stays away the host redelivers them.
    if (!(await whileHeld(deadline, () => quarantine(database, rejected)))) {
      throw new Error(`${rejected.length} messages for ${reader} could not be quarantined: the database is away`);
    }
  };
}

function traceparentIn(value: unknown): string | null {
  return typeof value === 'string' && parseTraceparent(value) !== undefined ? value : null;
}

function unreadable(entity: string, reader: string, body: unknown, detail: string): Quarantined {
  const named = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const word = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    entity,
    reader,
    eventId: word(named.eventId),
    eventType: word(named.eventType),
    body: typeof body === 'string' ? body : (JSON.stringify(body) ?? String(body)),
    reason: 'unreadable',
    detail,
  };
}
