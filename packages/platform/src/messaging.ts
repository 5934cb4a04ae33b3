import { setTimeout as delay } from 'node:timers/promises';
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
const PROBE_TIMEOUT_MS = 2 * SECOND;
/** A connection on which nothing was answered for so long is taken for dead. The SDK itself waits for a minute or more. */
const SILENCE_MS = 10 * SECOND;
/** Saying goodbye to a broker that does not answer would take as long. */
const CLOSE_TIMEOUT_MS = 2 * SECOND;

interface Connection {
  readonly client: ServiceBusClient;
  readonly senders: Map<string, ServiceBusSender>;
  readonly receivers: Map<string, ServiceBusReceiver>;
  /** When it was made or last answered, by `performance.now()`. */
  answeredAt: number;
}

/**
 * Nothing is connected before the first use. The SDK's default reconnect delay of 30 s is replaced by half a second, and a
 * connection that fell silent is given up for a new one.
 */
export function makeMessaging(settings: ServiceBusConnection): Broker {
  let current: Connection | undefined;

  const connected = (): Connection => {
    current ??= {
      client: openClient(settings, {
        retryOptions: {
          maxRetries: 1,
          retryDelayInMs: 500,
          maxRetryDelayInMs: 2 * SECOND,
          timeoutInMs: SEND_TIMEOUT_MS,
        },
      }),
      senders: new Map(),
      receivers: new Map(),
      answeredAt: performance.now(),
    };
    return current;
  };

  const use = async (
    timeoutMs: number,
    work: (connection: Connection, options: { abortSignal: AbortSignal }) => Promise<unknown>,
  ): Promise<void> => {
    const connection = connected();
    const abortSignal = AbortSignal.timeout(timeoutMs);
    try {
      await work(connection, { abortSignal });
      connection.answeredAt = performance.now();
    } catch (error) {
      const isSilent = abortSignal.aborted && performance.now() - connection.answeredAt > SILENCE_MS;
      if (isSilent && current === connection) {
        current = undefined;
        void close(connection);
      }
      throw error;
    }
  };

  const close = async ({ client }: Connection): Promise<void> => {
    const closed = client.close().catch(() => undefined);
    await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  };

  return {
    send: (entity, messages) =>
      use(SEND_TIMEOUT_MS, async ({ client, senders }, options) => {
        const target = kept(senders, entity, () => client.createSender(entity));
        const outgoing = messages.map(toServiceBus);
        const only = outgoing[0];
        if (outgoing.length === 1 && only) return target.sendMessages(only, options);
        let batch = await target.createMessageBatch(options);
        for (const message of outgoing) {
          if (batch.tryAddMessage(message)) continue;
          await target.sendMessages(batch, options);
          batch = await target.createMessageBatch(options);
          if (!batch.tryAddMessage(message)) await target.sendMessages(message, options);
        }
        if (batch.count > 0) await target.sendMessages(batch, options);
      }),
    schedule: (entity, messages, at) =>
      use(SEND_TIMEOUT_MS, ({ client, senders }, options) =>
        kept(senders, entity, () => client.createSender(entity)).scheduleMessages(
          messages.map(toServiceBus),
          at,
          options,
        ),
      ),
    probe: (entity, subscription) =>
      use(PROBE_TIMEOUT_MS, ({ client, receivers }, options) =>
        kept(receivers, `${entity}/${subscription ?? ''}`, () =>
          subscription === undefined ? client.createReceiver(entity) : client.createReceiver(entity, subscription),
        ).peekMessages(1, options),
      ),
    deadLetterQueue: (entity, subscription) =>
      openDeadLetterQueue({ client: () => connected().client, entity, subscription }),
    async close() {
      if (current !== undefined) await close(current);
    },
  };
}

function kept<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
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
