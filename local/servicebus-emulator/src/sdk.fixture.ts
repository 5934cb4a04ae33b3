import {
  ServiceBusClient,
  type ServiceBusClientOptions,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import { afterAll, beforeAll } from 'vitest';
import type { EntityCounts } from './browsing.ts';
import type { Clock } from './clock.ts';
import { type Emulator, startEmulator } from './emulator.ts';

/** A clock that runs, and that a test can push forward. */
interface PushableClock extends Clock {
  push(milliseconds: number): void;
}

function makePushableClock(): PushableClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    push(milliseconds) {
      ahead += milliseconds;
    },
  };
}

export interface Running {
  readonly emulator: Emulator;
  readonly client: ServiceBusClient;
  readonly clock: PushableClock;
  /** A client of its own connection; closed with the others. */
  newClient(options?: ServiceBusClientOptions): ServiceBusClient;
  /** The admin port's address. */
  readonly adminUrl: string;
  /**
   * What the emulator holds of an entity. Peeking would not do: the SDK keeps one place for all receivers of an entity
   * and goes on peeking from there.
   */
  counts(path: string): Promise<EntityCounts>;
}

interface Namespace {
  readonly Queues?: readonly object[];
  readonly Topics?: readonly object[];
}

/** Starts an emulator and an unmodified SDK client for a test file, and ends both after it. */
export function withEmulator(namespace: Namespace): Running {
  const clock = makePushableClock();
  const clients: ServiceBusClient[] = [];
  let emulator: Emulator | undefined;
  let client: ServiceBusClient | undefined;

  function started<T>(value: T | undefined): T {
    if (value === undefined) throw new Error('The emulator is there only while tests run.');
    return value;
  }

  function newClient(options: ServiceBusClientOptions = {}): ServiceBusClient {
    const made = new ServiceBusClient(started(emulator).connectionString, options);
    clients.push(made);
    return made;
  }

  beforeAll(async () => {
    emulator = await startEmulator({ config: configOf(namespace), clock, adminPort: 0 });
    client = newClient();
  });

  afterAll(async () => {
    await Promise.all(clients.map((open) => open.close()));
    await emulator?.close();
  });

  const running: Running = {
    clock,
    newClient,
    get emulator() {
      return started(emulator);
    },
    get client() {
      return started(client);
    },
    get adminUrl() {
      return `http://127.0.0.1:${started(emulator).adminPort}`;
    },
    async counts(path) {
      const answer = (await (await fetch(`${running.adminUrl}/entities`)).json()) as {
        readonly entities: readonly ({ readonly path: string } & EntityCounts)[];
      };
      const found = answer.entities.find((entity) => entity.path === path);
      if (!found) throw new Error(`There is no entity '${path}'.`);
      const { active, scheduled, deferred, deadLetter } = found;
      return { active, scheduled, deferred, deadLetter };
    },
  };
  return running;
}

export const NOTHING: EntityCounts = { active: 0, scheduled: 0, deferred: 0, deadLetter: 0 };

export function configOf(namespace: Namespace): object {
  return { UserConfig: { Namespaces: [{ Name: 'sbemulatorns', ...namespace }] } };
}

export function queue(name: string, properties: object = {}): object {
  return { Name: name, Properties: properties };
}

/** Exactly `count` messages, however many calls that takes. */
export async function receive(receiver: ServiceBusReceiver, count: number): Promise<ServiceBusReceivedMessage[]> {
  const received: ServiceBusReceivedMessage[] = [];
  while (received.length < count) {
    const more = await receiver.receiveMessages(count - received.length, { maxWaitTimeInMs: 10_000 });
    if (more.length === 0) throw new Error(`Received ${received.length} of ${count} messages within 10 s.`);
    received.push(...more);
  }
  return received;
}

export async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receive(receiver, 1);
  if (!message) throw new Error('No message.');
  return message;
}

/** True when nothing is ready: the empty answer comes as soon as the link is drained. */
export async function isEmpty(receiver: ServiceBusReceiver): Promise<boolean> {
  return (await receiver.receiveMessages(1, { maxWaitTimeInMs: 100 })).length === 0;
}
