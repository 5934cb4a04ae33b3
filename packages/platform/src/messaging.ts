import {
  ServiceBusClient,
  type ServiceBusClientOptions,
  type ServiceBusMessage,
  type ServiceBusReceiver,
  type ServiceBusSender,
} from '@azure/service-bus';
import type { EntityName } from '@valerix/contracts/topology';
import type { ServiceBusConnection } from './azure/connection-settings.ts';
import { processIdentity } from './azure/credential.ts';
import { type DeadLetterQueue, openDeadLetterQueue } from './dead-letters/dead-letter-queue.ts';
import { SECOND } from './durations.ts';

export type PropertyValue = string | number | boolean | Date | null;

/** A message as the services write it: a JSON body, or bytes that go as they are, and properties. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly subject: string;
  readonly body: unknown;
  /** Default: `application/json`. */
  readonly contentType?: string;
  readonly properties: Readonly<Record<string, PropertyValue>>;
}

/** The way to Service Bus: one client, one connection per process, senders kept. */
export interface Messaging {
  /** Sends in as few batches as fit, in order; rejects when the broker did not accept all of them. */
  send(entity: EntityName, messages: readonly OutgoingMessage[]): Promise<void>;
  /** Hands messages to the broker that it delivers at `at`. */
  schedule(entity: EntityName, messages: readonly OutgoingMessage[], at: Date): Promise<void>;
  /** Uses the broker for real: looks at the first message of an entity without taking it. */
  probe(entity: EntityName, subscription?: string): Promise<void>;
  close(): Promise<void>;
}

/** Service Bus with what only an operator needs of it. */
export interface Broker extends Messaging {
  /** The dead-letter queue of a queue, or of one subscription of a topic. */
  deadLetterQueue(entity: EntityName, subscription?: string): DeadLetterQueue;
}

const SEND_TIMEOUT_MS = 5 * SECOND;

/** Nothing is connected before the first use. The SDK's default reconnect delay of 30 s is replaced by half a second. */
export function makeMessaging(connection: ServiceBusConnection): Broker {
  let client: ServiceBusClient | undefined;
  const senders = new Map<string, ServiceBusSender>();
  const receivers = new Map<string, ServiceBusReceiver>();

  const connected = () => {
    client ??= openClient(connection, {
      retryOptions: { maxRetries: 1, retryDelayInMs: 500, maxRetryDelayInMs: 2 * SECOND, timeoutInMs: SEND_TIMEOUT_MS },
    });
    return client;
  };
  const kept = <T>(map: Map<string, T>, key: string, make: () => T): T => {
    const known = map.get(key);
    if (known !== undefined) return known;
    const made = make();
    map.set(key, made);
    return made;
  };
  const sender = (entity: string) => kept(senders, entity, () => connected().createSender(entity));

  return {
    async send(entity, messages) {
      const target = sender(entity);
      const abortSignal = AbortSignal.timeout(SEND_TIMEOUT_MS);
      const outgoing = messages.map(toServiceBus);
      const only = outgoing[0];
      if (outgoing.length === 1 && only) return target.sendMessages(only, { abortSignal });
      let batch = await target.createMessageBatch({ abortSignal });
      for (const message of outgoing) {
        if (batch.tryAddMessage(message)) continue;
        await target.sendMessages(batch, { abortSignal });
        batch = await target.createMessageBatch({ abortSignal });
        if (!batch.tryAddMessage(message)) await target.sendMessages(message, { abortSignal });
      }
      if (batch.count > 0) await target.sendMessages(batch, { abortSignal });
    },
    async schedule(entity, messages, at) {
      await sender(entity).scheduleMessages(messages.map(toServiceBus), at, {
        abortSignal: AbortSignal.timeout(SEND_TIMEOUT_MS),
      });
    },
    async probe(entity, subscription) {
      const receiver = kept(receivers, `${entity}/${subscription ?? ''}`, () =>
        subscription === undefined
          ? connected().createReceiver(entity)
          : connected().createReceiver(entity, subscription),
      );
      await receiver.peekMessages(1, { abortSignal: AbortSignal.timeout(2 * SECOND) });
    },
    deadLetterQueue: (entity, subscription) => openDeadLetterQueue({ client: connected, entity, subscription }),
    async close() {
      await client?.close();
    },
  };
}

function openClient(connection: ServiceBusConnection, options: ServiceBusClientOptions): ServiceBusClient {
  if ('connectionString' in connection) return new ServiceBusClient(connection.connectionString, options);
  return new ServiceBusClient(connection.fullyQualifiedNamespace, processIdentity, options);
}

function toServiceBus(message: OutgoingMessage): ServiceBusMessage {
  return {
    messageId: message.messageId,
    subject: message.subject,
    contentType: message.contentType ?? 'application/json',
    body: message.body,
    applicationProperties: { ...message.properties },
  };
}
