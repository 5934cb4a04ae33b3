import { randomUUID } from 'node:crypto';
import { ServiceBusClient, type ServiceBusMessage, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { deadLetterQuery } from '@valerix/contracts/dead-letters-api';
import { queues, subscriptions, topics } from '@valerix/contracts/topology';
import { startEmulator } from '../../../../local/servicebus-emulator/src/index.ts';
import { createTestDatabase } from '../../../../tests/setup/database.ts';
import { makeLogger } from '../logger.ts';
import { type Broker, makeMessaging } from '../messaging.ts';
import { makeMetrics } from '../metrics.ts';
import { migrate } from '../migrate.ts';
import { type Database, openDatabase } from '../postgres.ts';
import type { Reader } from './broker-letters.ts';
import { type DeadLetters, type DeadLettersOptions, makeDeadLetters } from './dead-letters.ts';

export const verifyOrders: Reader = { entity: queues.verifyOrders, reader: queues.verifyOrders };
export const orderService: Reader = { entity: topics.inventoryEvents, reader: subscriptions.orderService };

const platformMigrations = new URL('../platform-migrations/', import.meta.url);
const topology = new URL('../../../contracts/servicebus.topology.json', import.meta.url).pathname;

/** A real broker and a real database, and dead letters of every kind made on purpose. */
export interface Letters {
  readonly broker: Broker;
  readonly connectionString: string;
  readonly database: Database;
  /** What was logged, parsed. */
  readonly logged: Record<string, unknown>[];
  /** Anew, with parts replaced: an operator's tool that fails, or another instance of it. */
  make(replaced?: Partial<DeadLettersOptions>): DeadLetters;
  /** Moves the broker's clock. */
  pass(ms: number): void;
  send(entity: string, message: ServiceBusMessage): Promise<void>;
  receive(reader: Reader): Promise<ServiceBusReceivedMessage>;
  /** Sends an event and dead-letters it at its reader, as a tool of the broker's would. */
  deadLetter(reader: Reader, message?: Partial<ServiceBusMessage>, reason?: string): Promise<ServiceBusMessage>;
  /** Hands a message back until the broker has enough of it. */
  exhaust(reader: Reader): Promise<void>;
  /** How many messages wait for the reader itself. */
  waiting(reader: Reader): Promise<number>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** An event of the type that `reader` is there for. */
export function eventFor({ reader }: Reader, eventId: string = randomUUID()): ServiceBusMessage {
  const eventType = reader === queues.verifyOrders ? 'VerifyOrder' : 'OrderVerified';
  const body = { eventType, eventId, timestamp: new Date().toISOString(), data: { orderId: randomUUID() } };
  return {
    messageId: eventId,
    subject: eventType,
    body,
    applicationProperties: { eventType, traceparent: '00-a-b-01' },
  };
}

export const everything = deadLetterQuery.parse({});

export async function startLetters(label: string): Promise<Letters> {
  let ahead = 0;
  const emulator = await startEmulator({
    config: topology,
    adminPort: 0,
    clock: { now: () => Date.now() + ahead },
  });
  const testDatabase = await createTestDatabase(label);
  const logged: Record<string, unknown>[] = [];
  const logger = makeLogger('test', 'info', (line) => logged.push(JSON.parse(line)));
  const database = openDatabase({
    url: testDatabase.url,
    maxConnections: 5,
    logger,
    prepare: (raw) => migrate(raw, [platformMigrations]),
  });
  const broker = makeMessaging({ connectionString: emulator.connectionString });
  const client = new ServiceBusClient(emulator.connectionString);
  const metrics = makeMetrics('test');
  const admin = `http://127.0.0.1:${emulator.adminPort}`;
  const open = ({ entity, reader }: Reader) =>
    entity === reader ? client.createReceiver(entity) : client.createReceiver(entity, reader);
  const send = (entity: string, message: ServiceBusMessage) => client.createSender(entity).sendMessages(message);
  const one = async (reader: Reader) => {
    const receiver = open(reader);
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
    if (message === undefined) throw new Error(`nothing arrived for ${reader.reader}`);
    return { receiver, message };
  };

  return {
    broker,
    connectionString: emulator.connectionString,
    database,
    logged,
    make: (replaced = {}) =>
      makeDeadLetters({ readers: [verifyOrders, orderService], database, broker, metrics, logger, ...replaced }),
    pass(ms) {
      ahead += ms;
    },
    send,
    async receive(reader) {
      const { receiver, message } = await one(reader);
      await receiver.completeMessage(message);
      await receiver.close();
      return message;
    },
    async deadLetter(reader, message = {}, reason = 'by hand') {
      const sent = { ...eventFor(reader), ...message };
      await send(reader.entity, sent);
      const { receiver, message: received } = await one(reader);
      await receiver.deadLetterMessage(received, { deadLetterReason: reason, deadLetterErrorDescription: 'a test' });
      await receiver.close();
      return sent;
    },
    async exhaust(reader) {
      for (let delivery = 1; delivery <= 10; delivery += 1) {
        const { receiver, message } = await one(reader);
        await receiver.abandonMessage(message);
        await receiver.close();
      }
    },
    async waiting({ entity, reader }) {
      const { entities } = (await (await fetch(`${admin}/entities`)).json()) as {
        entities: { path: string; active: number }[];
      };
      const path = entity === reader ? entity : `${entity}/Subscriptions/${reader}`;
      const found = entities.find((candidate) => candidate.path.toLowerCase() === path.toLowerCase());
      if (found === undefined) throw new Error(`no ${path} among ${entities.map((e) => e.path)}`);
      return found.active;
    },
    async clear() {
      await fetch(`${admin}/purge`, { method: 'POST' });
      await database.query('TRUNCATE quarantined_messages');
      logged.length = 0;
    },
    async stop() {
      await Promise.all([client.close(), broker.close(), database.close()]);
      await emulator.close();
      await testDatabase.drop();
    },
  };
}
