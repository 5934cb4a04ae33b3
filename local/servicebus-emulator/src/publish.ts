import { randomUUID } from 'node:crypto';
import type { BrokerContext, EnqueueFacts, Entity } from './entity.ts';
import { messageNotFound, messageTooLarge, notAllowed } from './errors.ts';
import type { MessageContent, StoredMessage } from './message.ts';
import { route } from './routing.ts';
import { remove } from './settlement.ts';
import { holdScheduled, insert, newMessage } from './storage.ts';

/**
 * Takes messages in as one unit: if one is refused, none is kept. Returns their sequence numbers, 0 for one dropped
 * as a duplicate. Throws ServiceBusError.
 */
export function publish(target: Entity, contents: readonly MessageContent[]): number[] {
  for (const content of contents) check(target, content);
  return contents.map((content) => publishOne(target, withMessageId(content)));
}

function check(target: Entity, content: MessageContent): void {
  const limit = target.broker.maxMessageBytes;
  if (content.bytes.length > limit) throw messageTooLarge(content.bytes.length, limit);
  if (target.settings.requiresSession && content.sessionId === undefined) {
    throw notAllowed(
      `The SessionId was not set on a message, and it cannot be sent to the entity '${target.path}'. Entities that have session support enabled can only receive messages that have the SessionId set to a valid value.`,
    );
  }
}

/** The JavaScript SDK keys its lock renewals by message id and fails on a message that has none. */
function withMessageId(content: MessageContent): MessageContent {
  if (content.messageId !== undefined) return content;
  return content.with({ system: { messageId: randomUUID().replaceAll('-', '') } });
}

function publishOne(target: Entity, content: MessageContent): number {
  const { broker } = target;
  if (isDuplicate(target, content)) return 0;
  const isScheduled = content.scheduledFor !== undefined && content.scheduledFor > broker.clock.now();
  const sequence = isScheduled ? schedule(target, content) : enqueue(broker, target, content, {});
  rememberId(target, content); // last: an id remembered of a message not kept would make its repetition be dropped
  return sequence;
}

function isDuplicate(target: Entity, content: MessageContent): boolean {
  if (!target.settings.requiresDuplicateDetection) return false;
  const forgottenAt = target.duplicates.get(content.messageId ?? '');
  return forgottenAt !== undefined && forgottenAt > target.broker.clock.now();
}

function rememberId({ settings, duplicates, broker, path }: Entity, { messageId }: MessageContent): void {
  if (!settings.requiresDuplicateDetection || messageId === undefined) return;
  const until = broker.clock.now() + settings.duplicateWindowMs;
  duplicates.delete(messageId); // to the end: the map is in order of forgetting
  duplicates.set(messageId, until);
  broker.journal.append({ kind: 'duplicate', path, messageId, until });
}

/** Stores a message in every entity that rules and forwarding lead it to. Returns the first sequence number given. */
export function enqueue(broker: BrokerContext, target: Entity, content: MessageContent, facts: EnqueueFacts): number {
  const at = broker.clock.now();
  const topic = target.kind === 'topic' ? { topic: target.path, topicSequence: ++target.lastSequence } : {};
  const arrivals = route(target, content).map((copy) => {
    const sequence = ++copy.entity.lastSequence;
    return {
      entity: copy.entity,
      message: newMessage(copy.entity, copy.content, { ...facts, ...topic, sequence, enqueuedAt: at, state: 'ready' }),
    };
  });
  // Copies that share their content share one record.
  for (const [body, copies] of Map.groupBy(arrivals, ({ message }) => message.content)) {
    const to = copies.map(({ entity, message }) => [entity.path, message.sequence] as const);
    broker.journal.append({ kind: 'enqueue', to, at, ...topic, ...facts }, body.bytes);
  }
  for (const { entity, message } of arrivals) insert(entity, message);
  return arrivals[0]?.message.sequence ?? topic.topicSequence ?? 0;
}

function schedule(target: Entity, content: MessageContent): number {
  const { broker, path } = target;
  const sequence = ++target.lastSequence;
  const at = broker.clock.now();
  const scheduledFor = content.scheduledFor ?? at;
  broker.journal.append({ kind: 'enqueue', to: [[path, sequence]], at, scheduledFor }, content.bytes);
  holdScheduled(target, newMessage(target, content, { sequence, enqueuedAt: at, state: 'scheduled' }));
  return sequence;
}

/** Its time has come: enqueued now, with a new sequence number, as the service does. */
export function activate(target: Entity, message: StoredMessage): void {
  remove(target, message);
  enqueue(target.broker, target, message.content, { wasScheduled: true });
}

/** All or none. Throws ServiceBusError (message-not-found). */
export function cancelScheduled(target: Entity, sequences: readonly number[]): void {
  const messages = sequences.map((sequence) => {
    const message = target.messages.get(sequence);
    if (message?.state !== 'scheduled') {
      throw messageNotFound(`The scheduled message with sequence number ${sequence} was not found.`);
    }
    return message;
  });
  for (const message of messages) remove(target, message);
}
