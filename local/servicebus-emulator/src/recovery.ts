import type { Broker } from './broker.ts';
import type { Entity } from './entity.ts';
import { sessionOf } from './entity.ts';
import type { Journal, JournalRecord } from './journal.ts';
import type { MessageContent, StoredMessage } from './message.ts';
import { restoreRules, rulesRecord } from './rules.ts';
import { holdScheduled, insert, newMessage } from './storage.ts';

/** Decodes what the journal kept of a message. */
export type DecodeContent = (bytes: Buffer) => MessageContent;

export interface Recovery {
  apply(record: JournalRecord, body?: Buffer): void;
  /** Entities that the journal has messages of and the configuration does not name. */
  readonly unknownPaths: ReadonlySet<string>;
}

/** Rebuilds a broker's state from the journal. Locks are not kept: what was unsettled is available again. */
export function makeRecovery(broker: Broker, decode: DecodeContent): Recovery {
  const unknownPaths = new Set<string>();

  function entityAt(path: string): Entity | undefined {
    const entity = broker.find(path);
    if (!entity) unknownPaths.add(path);
    return entity;
  }

  function apply(record: JournalRecord, body?: Buffer): void {
    if (record.kind === 'enqueue') {
      restoreMessages(record, body);
      return;
    }
    const entity = entityAt(record.path);
    if (!entity) return;
    switch (record.kind) {
      case 'counter':
        entity.lastSequence = Math.max(entity.lastSequence, record.sequence);
        return;
      case 'duplicate':
        entity.duplicates.delete(record.messageId);
        entity.duplicates.set(record.messageId, record.until);
        return;
      case 'forget-duplicates':
        entity.duplicates.clear();
        return;
      case 'session-state':
        if (entity.sessions) sessionOf(entity.sessions, record.sessionId).state = body;
        return;
      case 'rules':
        restoreRules(entity, record);
        return;
      default:
        changeMessage(entity, record, body);
    }
  }

  function restoreMessages(record: Extract<JournalRecord, { kind: 'enqueue' }>, body: Buffer | undefined): void {
    if (!body) return;
    const content = decode(body);
    if (record.topic !== undefined && record.topicSequence !== undefined) {
      const topic = broker.find(record.topic);
      if (topic) topic.lastSequence = Math.max(topic.lastSequence, record.topicSequence);
    }
    for (const [path, sequence] of record.to) {
      const entity = entityAt(path);
      if (!entity) continue;
      const { topicSequence, wasScheduled, deadLetterSource } = record;
      const isScheduled = record.scheduledFor !== undefined;
      const message = newMessage(entity, content, {
        sequence,
        enqueuedAt: record.at,
        topicSequence,
        wasScheduled,
        deadLetterSource,
        state: isScheduled ? 'scheduled' : 'ready',
      });
      if (isScheduled) holdScheduled(entity, message);
      else insert(entity, message);
    }
  }

  function changeMessage(
    entity: Entity,
    record: Extract<JournalRecord, { kind: 'remove' | 'change' | 'dead-letter' }>,
    body: Buffer | undefined,
  ): void {
    const message = entity.messages.get(record.sequence);
    if (!message) return;
    if (record.kind === 'remove') {
      message.state = 'gone';
      entity.messages.delete(record.sequence);
      return;
    }
    message.deliveryCount = record.deliveryCount;
    if (body) message.content = decode(body);
    if (record.kind === 'dead-letter') {
      message.state = 'gone';
      entity.messages.delete(record.sequence);
      if (entity.deadLetters) insert(entity.deadLetters, { ...message, isDeferred: false });
    } else if (record.isDeferred) {
      message.isDeferred = true;
      message.state = 'deferred';
    }
  }

  return { apply, unknownPaths };
}

/** Appends everything that is alive: what a compacted journal holds. */
export function snapshot(broker: Broker, append: Journal['append']): void {
  for (const entity of broker.entities) {
    const { path } = entity;
    if (entity.lastSequence > 0) append({ kind: 'counter', path, sequence: entity.lastSequence });
    const rules = rulesRecord(entity);
    if (rules) append(rules);
    for (const [messageId, until] of entity.duplicates) append({ kind: 'duplicate', path, messageId, until });
    for (const session of entity.sessions?.values() ?? []) {
      if (session.state) append({ kind: 'session-state', path, sessionId: session.id }, session.state);
    }
    for (const message of entity.messages.values()) appendMessage(entity, message, append);
  }
}

function appendMessage(entity: Entity, message: StoredMessage, append: Journal['append']): void {
  const { path } = entity;
  const { sequence, topicSequence, wasScheduled, deadLetterSource, deliveryCount, isDeferred, content } = message;
  append(
    {
      kind: 'enqueue',
      to: [[path, sequence]],
      at: message.enqueuedAt,
      ...(message.state === 'scheduled' && { scheduledFor: content.scheduledFor ?? message.enqueuedAt }),
      ...(topicSequence !== undefined && { topicSequence }),
      ...(wasScheduled && { wasScheduled }),
      ...(deadLetterSource !== undefined && { deadLetterSource }),
    },
    content.bytes,
  );
  if (deliveryCount > 0 || isDeferred) append({ kind: 'change', path, sequence, deliveryCount, isDeferred });
}
