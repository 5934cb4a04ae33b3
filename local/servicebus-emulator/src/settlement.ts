import type { Entity } from './entity.ts';
import { messageLockLost, notAllowed } from './errors.ts';
import { tokenKey } from './lock-token.ts';
import type { StoredMessage } from './message.ts';
import { insert, makeReady } from './storage.ts';

export type Outcome =
  | { readonly kind: 'complete' }
  /** Given back without counting a delivery. */
  | { readonly kind: 'release' }
  | { readonly kind: 'abandon'; readonly properties?: Readonly<Record<string, unknown>> | undefined }
  | { readonly kind: 'defer'; readonly properties?: Readonly<Record<string, unknown>> | undefined }
  | {
      readonly kind: 'dead-letter';
      readonly reason?: string | undefined;
      readonly description?: string | undefined;
      readonly properties?: Readonly<Record<string, unknown>> | undefined;
    };

/** The message a lock token still holds. Throws ServiceBusError (message-lock-lost). */
export function heldMessage(entity: Entity, token: Buffer): StoredMessage {
  const message = entity.byToken.get(tokenKey(token));
  if (!message?.lock || message.lock.until <= entity.broker.clock.now()) throw messageLockLost();
  return message;
}

/** Ends a lock as its holder says. Throws ServiceBusError when the lock is gone or the outcome is not allowed. */
export function settle(entity: Entity, token: Buffer, outcome: Outcome): void {
  const message = heldMessage(entity, token);
  switch (outcome.kind) {
    case 'complete':
      remove(entity, message);
      break;
    case 'release':
      release(entity, message);
      break;
    case 'abandon':
      unlock(entity, message);
      changeProperties(message, outcome.properties);
      giveBack(entity, message, outcome.properties !== undefined);
      break;
    case 'defer':
      unlock(entity, message);
      changeProperties(message, outcome.properties);
      countDelivery(entity, message);
      message.state = 'deferred';
      message.isDeferred = true;
      recordChange(entity, message, outcome.properties !== undefined);
      break;
    case 'dead-letter':
      if (entity.kind === 'dead-letter') {
        release(entity, message);
        throw notAllowed('A message in a dead-letter queue cannot be dead-lettered again.');
      }
      deadLetter(entity, message, outcome);
  }
}

/** Extends the locks; returns when each now ends. Throws ServiceBusError if any is gone. */
export function renewLocks(entity: Entity, tokens: readonly Buffer[]): number[] {
  const until = entity.broker.clock.now() + entity.settings.lockDurationMs;
  const messages = tokens.map((token) => heldMessage(entity, token));
  for (const message of messages) {
    if (message.lock) message.lock.until = until;
    // Inserted again, so that the map stays in order of expiry.
    entity.locked.delete(message.sequence);
    entity.locked.set(message.sequence, message);
  }
  return messages.map(() => until);
}

/** A lock ran out, or its session was lost: the delivery counts. */
export function loseLock(entity: Entity, message: StoredMessage): void {
  unlock(entity, message);
  giveBack(entity, message, false);
}

/** Back to where it was, not counted as a delivery. */
export function release(entity: Entity, message: StoredMessage): void {
  unlock(entity, message);
  if (message.isDeferred) message.state = 'deferred';
  else makeReady(entity, message);
}

function giveBack(entity: Entity, message: StoredMessage, contentChanged: boolean): void {
  countDelivery(entity, message);
  if (entity.kind !== 'dead-letter' && message.deliveryCount >= entity.settings.maxDeliveryCount) {
    deadLetter(entity, message, {
      reason: 'MaxDeliveryCountExceeded',
      description: `Message could not be consumed after ${message.deliveryCount} delivery attempts.`,
    });
    return;
  }
  recordChange(entity, message, contentChanged);
  if (message.isDeferred) message.state = 'deferred';
  else makeReady(entity, message);
}

/** Deliveries from a dead-letter queue are not counted: nothing would come of it. */
function countDelivery(entity: Entity, message: StoredMessage): void {
  if (entity.kind !== 'dead-letter') message.deliveryCount++;
}

interface DeadLetterFacts {
  readonly reason?: string | undefined;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

function deadLetter(entity: Entity, message: StoredMessage, facts: DeadLetterFacts): void {
  const { broker, deadLetters, settings } = entity;
  if (message.lock) unlock(entity, message);
  const content = message.content.with({
    application: {
      ...facts.properties,
      ...(facts.reason !== undefined && { DeadLetterReason: facts.reason }),
      ...(facts.description !== undefined && { DeadLetterErrorDescription: facts.description }),
    },
  });
  message.state = 'gone';
  entity.messages.delete(message.sequence);
  const { sequence, deliveryCount } = message;
  if (settings.forwardDeadLettersTo !== undefined) {
    broker.journal.append({ kind: 'remove', path: entity.path, sequence });
    broker.enqueue(broker.get(settings.forwardDeadLettersTo), content, { deadLetterSource: entity.path });
  } else if (deadLetters) {
    broker.journal.append({ kind: 'dead-letter', path: entity.path, sequence, deliveryCount }, content.bytes);
    insert(deadLetters, { ...message, content, isDeferred: false });
  }
}

/** Its time to live ran out before anyone received it. */
export function expire(entity: Entity, message: StoredMessage): void {
  if (entity.settings.deadLettersExpired && entity.kind !== 'dead-letter') {
    deadLetter(entity, message, {
      reason: 'TTLExpiredException',
      description: 'The message expired and was dead lettered.',
    });
  } else {
    remove(entity, message);
  }
}

export function remove(entity: Entity, message: StoredMessage): void {
  if (message.lock) unlock(entity, message);
  message.state = 'gone';
  entity.messages.delete(message.sequence);
  entity.broker.journal.append({ kind: 'remove', path: entity.path, sequence: message.sequence });
}

function unlock(entity: Entity, message: StoredMessage): void {
  if (!message.lock) return;
  entity.locked.delete(message.sequence);
  entity.byToken.delete(tokenKey(message.lock.token));
  message.lock = undefined;
}

function changeProperties(message: StoredMessage, properties: Readonly<Record<string, unknown>> | undefined): void {
  if (properties) message.content = message.content.with({ application: properties });
}

function recordChange(entity: Entity, message: StoredMessage, contentChanged: boolean): void {
  const { sequence, deliveryCount, isDeferred } = message;
  entity.broker.journal.append(
    { kind: 'change', path: entity.path, sequence, deliveryCount, isDeferred },
    contentChanged ? message.content.bytes : undefined,
  );
}
