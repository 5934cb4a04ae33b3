import { type Broker, makeBroker } from './broker.ts';
import type { Clock } from './clock.ts';
import { DEFAULT_SETTINGS, type Settings, type Topology } from './definition.ts';
import type { Entity, Receiver } from './entity.ts';
import { type Journal, makeVolatileJournal } from './journal.ts';
import type { MessageContent, PropertyChanges, StoredMessage, SystemProperty } from './message.ts';
import { DEFAULT_RULE, type RuleDefinition } from './rule.ts';

/** Contents without AMQP: the broker does not know the difference. */
interface PlainFields {
  readonly body?: string;
  readonly messageId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly timeToLiveMs?: number | undefined;
  readonly scheduledFor?: number | undefined;
  readonly system?: Readonly<Partial<Record<SystemProperty, unknown>>>;
  readonly application?: Readonly<Record<string, unknown>>;
}

export interface PlainContent extends MessageContent {
  readonly body: string | undefined;
}

export function plainContent(fields: PlainFields): PlainContent {
  const { body, messageId, sessionId, timeToLiveMs, scheduledFor, system = {}, application = {} } = fields;
  return {
    encoding: 'plain',
    bytes: Buffer.from(JSON.stringify(fields)),
    body,
    messageId,
    sessionId,
    timeToLiveMs,
    scheduledFor,
    properties: () => ({ system: { messageId, sessionId, ...system }, application }),
    with(changes: PropertyChanges) {
      return plainContent({
        ...fields,
        ...(changes.system && 'messageId' in changes.system && { messageId: changes.system.messageId }),
        system: { ...system, ...changes.system },
        application: { ...application, ...changes.application },
      });
    },
  };
}

export function decodePlain(bytes: Buffer): PlainContent {
  return plainContent(JSON.parse(bytes.toString()) as PlainFields);
}

export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function makeTestClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let now = start;
  return {
    now: () => now,
    advance(milliseconds) {
      now += milliseconds;
    },
  };
}

export interface TestReceiver extends Receiver {
  readonly received: StoredMessage[];
  readonly bodies: (string | undefined)[];
  readonly detachedWith: string[];
  credit: number;
}

export function makeTestReceiver(options: { credit?: number; deletesOnDelivery?: boolean } = {}): TestReceiver {
  const received: StoredMessage[] = [];
  const bodies: (string | undefined)[] = [];
  const detachedWith: string[] = [];
  const receiver: TestReceiver = {
    received,
    bodies,
    detachedWith,
    credit: options.credit ?? 100,
    deletesOnDelivery: options.deletesOnDelivery ?? false,
    available: () => receiver.credit,
    deliver(message) {
      receiver.credit--;
      received.push(message);
      bodies.push((message.content as PlainContent).body);
    },
    detach: (error) => detachedWith.push(error.condition),
  };
  return receiver;
}

interface SubscriptionParts {
  readonly settings?: Partial<Settings>;
  readonly rules?: readonly RuleDefinition[];
}

export interface TopologyParts {
  readonly queues?: Readonly<Record<string, Partial<Settings>>>;
  readonly topics?: Readonly<Record<string, Readonly<Record<string, SubscriptionParts>>>>;
}

function topologyOf({ queues = {}, topics = {} }: TopologyParts, topicSettings: Partial<Settings>): Topology {
  return {
    queues: Object.entries(queues).map(([name, settings]) => ({
      name,
      settings: { ...DEFAULT_SETTINGS, ...settings },
    })),
    topics: Object.entries(topics).map(([name, subscriptions]) => ({
      name,
      settings: { ...DEFAULT_SETTINGS, ...topicSettings },
      subscriptions: Object.entries(subscriptions).map(([subscription, { settings, rules = [DEFAULT_RULE] }]) => ({
        name: subscription,
        settings: { ...DEFAULT_SETTINGS, ...settings },
        rules,
      })),
    })),
  };
}

export function makeTestBroker(
  parts: TopologyParts,
  clock: Clock = makeTestClock(),
  journal: Journal = makeVolatileJournal(),
  topicSettings: Partial<Settings> = {},
): Broker {
  return makeBroker({ topology: topologyOf(parts, topicSettings), clock, journal, maxMessageBytes: 1000 });
}

/** The broker hands messages out in the next turn of the event loop. */
export function handedOut(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function bodiesIn(entity: Entity): (string | undefined)[] {
  return [...entity.messages.values()].map((message) => (message.content as PlainContent).body);
}

/** The lock token of a message that a receiver holds. */
export function tokenOf(message: StoredMessage | undefined): Buffer {
  if (!message?.lock) throw new Error('The message is not locked.');
  return message.lock.token;
}
