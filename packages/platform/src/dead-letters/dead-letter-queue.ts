import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import Long from 'long';
import { SECOND } from '../durations.ts';

export interface PeekOptions {
  /** The sequence number to begin at; `0` is the beginning. */
  readonly from: string;
  readonly count: number;
}

/** What is done to messages that are taken. */
export interface Taking<Message> {
  /** Comes first; when it rejects, nothing of what it was given is removed, and the error is thrown. */
  readonly work: (messages: readonly Message[]) => Promise<void>;
  /** `removed` is false when the work is done and the removal was not confirmed: the message may still be there. */
  readonly settled: (message: Message, removed: boolean) => void;
}

/** One dead-letter queue of Service Bus, whose messages are known by their sequence numbers. Bodies are raw bytes. */
export interface DeadLetterQueue {
  /** Looks without taking, in the order of sequence numbers; locked messages are seen too. */
  peek(options: PeekOptions): Promise<ServiceBusReceivedMessage[]>;
  /**
   * Takes the wanted messages, some at a time: `work` first, and only when it has resolved is its group removed. Those
   * that someone else holds, or that lie behind more than `MAX_HELD` others, are not reached.
   */
  take(wanted: ReadonlySet<string>, taking: Taking<ServiceBusReceivedMessage>): Promise<void>;
}

export interface DeadLetterQueueOptions {
  readonly client: () => ServiceBusClient;
  readonly entity: string;
  readonly subscription?: string | undefined;
}

const PEEK_TIMEOUT_MS = 5 * SECOND;
const PEEK_SIZE = 250;
const GROUP = 100;
/** The client's window: a link cannot hold more than 2,048 messages that are not settled. */
const MAX_HELD = 2_000;
/** Well below the shortest lock of the topology, 30 s, so that what is held is given back and does not run out. */
const HOLD_MS = 12 * SECOND;

const beginning = Long.ZERO;
export const sequenceOf = (message: ServiceBusReceivedMessage): string => String(message.sequenceNumber ?? beginning);

/**
 * Service Bus has no way to settle one particular message of a queue. So messages are received under lock from the
 * beginning, those that are wanted are completed, and the others are given back: in a dead-letter queue the number of
 * deliveries means nothing. Nothing is connected before the first use.
 */
export function openDeadLetterQueue({ client, entity, subscription }: DeadLetterQueueOptions): DeadLetterQueue {
  const open = (): ServiceBusReceiver => {
    const options = {
      subQueueType: 'deadLetter',
      receiveMode: 'peekLock',
      skipParsingBodyAsJson: true,
      // Renewal keeps its timers by message id, which two dead letters may share.
      maxAutoLockRenewalDurationInMs: 0,
    } as const;
    return subscription === undefined
      ? client().createReceiver(entity, options)
      : client().createReceiver(entity, subscription, options);
  };
  let looking: ServiceBusReceiver | undefined;

  const peek: DeadLetterQueue['peek'] = async ({ from, count }) => {
    looking ??= open();
    return looking.peekMessages(count, {
      // Always named: the client would go on where any receiver of this queue stopped.
      fromSequenceNumber: Long.fromString(from),
      abortSignal: AbortSignal.timeout(PEEK_TIMEOUT_MS),
    });
  };

  /** How many messages lie up to the last wanted one, so that exactly as many are asked for: more would be waited for. */
  const countUpTo = async (last: Long): Promise<number> => {
    let seen = 0;
    for (let from = beginning; seen < MAX_HELD; ) {
      const messages = await peek({ from: from.toString(), count: PEEK_SIZE });
      const within = messages.filter(({ sequenceNumber = beginning }) => sequenceNumber.lte(last));
      seen += within.length;
      if (messages.length === 0 || within.length < messages.length) break;
      from = (messages.at(-1)?.sequenceNumber ?? last).add(1);
    }
    return seen;
  };

  const takeNow: DeadLetterQueue['take'] = async (wanted, { work, settled }) => {
    const left = new Set(wanted);
    const last = [...wanted].map((text) => Long.fromString(text)).reduce((a, b) => (a.gt(b) ? a : b), beginning);
    let ahead = await countUpTo(last);
    if (ahead === 0) return;

    const receiver = open();
    const held = new Set<ServiceBusReceivedMessage>();
    const until = Date.now() + HOLD_MS;
    try {
      while (left.size > 0 && held.size < MAX_HELD && Date.now() < until) {
        const asked = ahead > 0 ? Math.min(ahead, GROUP) : GROUP;
        const batch = await receiver.receiveMessages(asked, { maxWaitTimeInMs: SECOND });
        if (batch.length === 0) break;
        ahead -= batch.length;
        for (const message of batch) held.add(message);
        const matches = batch.filter((message) => left.has(sequenceOf(message)));
        if (matches.length === 0) continue;
        await work(matches);
        const completed = await Promise.allSettled(matches.map((message) => receiver.completeMessage(message)));
        for (const [index, message] of matches.entries()) {
          left.delete(sequenceOf(message));
          held.delete(message);
          settled(message, completed[index]?.status === 'fulfilled');
        }
      }
    } finally {
      await Promise.allSettled([...held].map((message) => receiver.abandonMessage(message)));
      await receiver.close().catch(() => undefined);
    }
  };

  // Two at once would hide messages from each other.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    peek,
    take(wanted, taking) {
      const taken = turn.then(() => takeNow(wanted, taking));
      turn = taken.catch(() => undefined);
      return taken;
    },
  };
}
