import { type Entity, sessionOf } from './entity.ts';
import type { MessageContent, StoredMessage } from './message.ts';

export interface ArrivalFacts {
  readonly sequence: number;
  readonly enqueuedAt: number;
  readonly topicSequence?: number | undefined;
  readonly wasScheduled?: boolean | undefined;
  readonly deadLetterSource?: string | undefined;
  readonly state: 'ready' | 'scheduled';
}

/** A message as it enters an entity, with the shortest of the lifetimes that apply to it. */
export function newMessage(entity: Entity, content: MessageContent, facts: ArrivalFacts): StoredMessage {
  const timeToLiveMs = Math.min(
    content.timeToLiveMs ?? Number.POSITIVE_INFINITY,
    entity.settings.timeToLiveMs,
    entity.parent?.settings.timeToLiveMs ?? Number.POSITIVE_INFINITY,
  );
  return {
    sequence: facts.sequence,
    topicSequence: facts.topicSequence,
    enqueuedAt: facts.enqueuedAt,
    timeToLiveMs,
    expiresAt: facts.enqueuedAt + timeToLiveMs,
    wasScheduled: facts.wasScheduled ?? false,
    deadLetterSource: facts.deadLetterSource,
    content,
    deliveryCount: 0,
    state: facts.state,
    isDeferred: false,
    lock: undefined,
  };
}

/** Takes a message in as ready. Nothing is written to the journal here: a restart comes this way too. */
export function insert(entity: Entity, message: StoredMessage): void {
  // What is in a dead-letter queue stays until someone takes it out.
  const kept = entity.kind === 'dead-letter' ? { ...message, expiresAt: Number.POSITIVE_INFINITY } : message;
  hold(entity, kept);
  makeReady(entity, kept);
}

export function holdScheduled(entity: Entity, message: StoredMessage): void {
  hold(entity, message);
  entity.scheduled.push(message);
}

function hold(entity: Entity, message: StoredMessage): void {
  entity.messages.set(message.sequence, message);
  entity.lastSequence = Math.max(entity.lastSequence, message.sequence);
}

/** Puts a message where receivers find it, and tells them. */
export function makeReady(entity: Entity, message: StoredMessage): void {
  message.state = 'ready';
  if (message.expiresAt !== Number.POSITIVE_INFINITY) entity.expiring.push(message);
  if (entity.sessions) {
    const session = sessionOf(entity.sessions, message.content.sessionId ?? '');
    session.ready.add(message);
    if (!session.receiver) entity.sessionWaiters[0]?.();
  } else {
    entity.ready.add(message);
  }
  entity.broker.wake(entity);
}
