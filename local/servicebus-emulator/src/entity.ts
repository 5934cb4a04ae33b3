import type { Clock } from './clock.ts';
import type { Settings } from './definition.ts';
import type { ServiceBusError } from './errors.ts';
import type { Journal } from './journal.ts';
import type { MessageContent, StoredMessage } from './message.ts';
import { type MinHeap, makeMinHeap } from './min-heap.ts';
import { makeReadyQueue, type ReadyQueue } from './ready-queue.ts';
import type { Rule } from './rule.ts';

type EntityKind = 'queue' | 'topic' | 'subscription' | 'dead-letter';

/** Something a client receives with. The protocol side implements it. */
export interface Receiver {
  /** Receive-and-delete: a message is gone once delivered. */
  readonly deletesOnDelivery: boolean;
  /** How many messages it can take now. */
  available(): number;
  /** The message's lock is set, unless the receiver deletes on delivery. */
  deliver(message: StoredMessage): void;
  /** The broker takes the link away. */
  detach(error: ServiceBusError): void;
}

export interface Session {
  readonly id: string;
  readonly ready: ReadyQueue;
  receiver: Receiver | undefined;
  lockedUntil: number;
  state: Buffer | undefined;
}

/** What entities need from the broker they live in. */
export interface BrokerContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly maxMessageBytes: number;
  /** Throws ServiceBusError (amqp:not-found). */
  get(path: string): Entity;
  find(path: string): Entity | undefined;
  enqueue(target: Entity, content: MessageContent, facts: EnqueueFacts): number;
  /** Has the entity offer its messages to its receivers, once the current work is done. */
  wake(entity: Entity): void;
}

export interface EnqueueFacts {
  readonly wasScheduled?: boolean;
  readonly deadLetterSource?: string;
}

/** One queue, topic, subscription or dead-letter queue: its state. What happens to it is in the other modules. */
export interface Entity {
  readonly broker: BrokerContext;
  readonly path: string;
  readonly kind: EntityKind;
  readonly settings: Settings;
  /** The topic of a subscription, the owner of a dead-letter queue. */
  readonly parent: Entity | undefined;
  readonly deadLetters: Entity | undefined;
  readonly subscriptions: Entity[];
  readonly rules: Map<string, Rule>;
  /** Fingerprint of the rules that the configuration gave, once they were changed at run time. */
  configuredRules: string | undefined;
  /** Everything it holds, by sequence number. */
  readonly messages: Map<number, StoredMessage>;
  readonly ready: ReadyQueue;
  /** In order of expiry: the lock duration is constant and a renewal inserts again. */
  readonly locked: Map<number, StoredMessage>;
  readonly byToken: Map<string, StoredMessage>;
  readonly scheduled: MinHeap<StoredMessage>;
  readonly expiring: MinHeap<StoredMessage>;
  /** Message ids seen within the duplicate detection window, to when they are forgotten; oldest first. */
  readonly duplicates: Map<string, number>;
  readonly receivers: Receiver[];
  nextReceiver: number;
  isAwake: boolean;
  lastSequence: number;
  /** Present when the entity requires sessions. */
  readonly sessions: Map<string, Session> | undefined;
  readonly sessionWaiters: (() => void)[];
}

export interface EntityParts {
  readonly broker: BrokerContext;
  readonly path: string;
  readonly kind: EntityKind;
  readonly settings: Settings;
  readonly parent?: Entity | undefined;
  readonly deadLetters?: Entity | undefined;
}

export function makeEntity(parts: EntityParts): Entity {
  return {
    broker: parts.broker,
    path: parts.path,
    kind: parts.kind,
    settings: parts.settings,
    parent: parts.parent,
    deadLetters: parts.deadLetters,
    subscriptions: [],
    rules: new Map(),
    configuredRules: undefined,
    messages: new Map(),
    ready: makeReadyQueue(),
    locked: new Map(),
    byToken: new Map(),
    scheduled: makeMinHeap((message) => message.content.scheduledFor ?? 0),
    expiring: makeMinHeap((message) => message.expiresAt),
    duplicates: new Map(),
    receivers: [],
    nextReceiver: 0,
    isAwake: false,
    lastSequence: 0,
    sessions: parts.settings.requiresSession ? new Map() : undefined,
    sessionWaiters: [],
  };
}

/** The session a message of a sessionful entity belongs to; made when first seen. */
export function sessionOf(sessions: Map<string, Session>, id: string): Session {
  let session = sessions.get(id);
  if (!session) {
    session = { id, ready: makeReadyQueue(), receiver: undefined, lockedUntil: 0, state: undefined };
    sessions.set(id, session);
  }
  return session;
}
