import { lock } from './delivery.ts';
import type { Entity } from './entity.ts';
import { messageNotFound } from './errors.ts';
import type { StoredMessage } from './message.ts';
import { remove } from './settlement.ts';

/** Looks at messages without locking them, in sequence order, whatever their state. */
export function peekMessages(entity: Entity, from: number, count: number, sessionId?: string): StoredMessage[] {
  const now = entity.broker.clock.now();
  const found: StoredMessage[] = [];
  for (const message of entity.messages.values()) {
    if (message.sequence < from) continue;
    if (sessionId !== undefined && message.content.sessionId !== sessionId) continue;
    if (message.state === 'ready' && message.expiresAt <= now) continue;
    found.push(message);
    // A dead-letter queue is not in sequence order: there the whole of it has to be looked at.
    if (found.length >= count && entity.kind !== 'dead-letter') break;
  }
  return found.sort((a, b) => a.sequence - b.sequence).slice(0, count);
}

/** Throws ServiceBusError (message-not-found) unless every one is there and deferred. */
export function receiveDeferred(
  entity: Entity,
  sequences: readonly number[],
  mode: 'lock' | 'delete',
  sessionId?: string,
): StoredMessage[] {
  const messages = sequences.map((sequence) => {
    const message = entity.messages.get(sequence);
    const isWanted =
      message?.state === 'deferred' && (sessionId === undefined || message.content.sessionId === sessionId);
    if (!message || !isWanted) {
      throw messageNotFound('Failed to lock one or more specified messages. The message does not exist.');
    }
    return message;
  });
  for (const message of messages) {
    if (mode === 'delete') remove(entity, message);
    else lock(entity, message, entity.sessions?.get(message.content.sessionId ?? ''));
  }
  return messages;
}

/** Deletes up to `count` unlocked messages enqueued no later than `before`, oldest first. Returns how many. */
export function deleteMessages(entity: Entity, count: number, before: number): number {
  let deleted = 0;
  for (const message of [...entity.messages.values()]) {
    if (deleted >= count) break;
    if (message.state !== 'ready' || message.enqueuedAt > before) continue;
    remove(entity, message);
    deleted++;
  }
  return deleted;
}

/** Empties an entity and its dead-letter queue, locked and scheduled messages included, and forgets message ids. */
export function purge(entity: Entity): number {
  const messages = [...entity.messages.values()];
  for (const message of messages) remove(entity, message);
  if (entity.duplicates.size > 0) {
    entity.duplicates.clear();
    entity.broker.journal.append({ kind: 'forget-duplicates', path: entity.path });
  }
  return messages.length + (entity.deadLetters ? purge(entity.deadLetters) : 0);
}

export interface EntityCounts {
  /** Ready or locked. */
  readonly active: number;
  readonly scheduled: number;
  readonly deferred: number;
  readonly deadLetter: number;
}

export function countMessages(entity: Entity): EntityCounts {
  const counts = { active: 0, scheduled: 0, deferred: 0 };
  for (const message of entity.messages.values()) {
    if (message.state === 'scheduled') counts.scheduled++;
    else if (message.isDeferred) counts.deferred++;
    else counts.active++;
  }
  return { ...counts, deadLetter: entity.deadLetters?.messages.size ?? 0 };
}
