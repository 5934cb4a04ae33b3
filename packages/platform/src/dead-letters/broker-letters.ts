import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { EntityName } from '@valerix/contracts/topology';
import type { PropertyValue } from '../messaging.ts';
import { type DeadLetter, type LetterBox, letterId, matches, notACursor } from './dead-letter.ts';
import { type DeadLetterQueue, sequenceOf } from './dead-letter-queue.ts';
import { parseObject } from './replay-copy.ts';

/** A queue, or a subscription of a topic, whose dead letters a service answers for. */
export interface Reader {
  readonly entity: EntityName;
  /** The subscription, or the queue's own name. */
  readonly reader: string;
}

const PEEK_SIZE = 100;
const MAX_LOOKED_AT = 1_000;
const beginning = '0';
const sequence = /^\d{1,19}$/;
const after = (number: string) => String(BigInt(number) + 1n);

/** The dead letters that the broker keeps for one reader; their keys are sequence numbers. */
export function makeBrokerLetters({ entity, reader }: Reader, queue: DeadLetterQueue): LetterBox {
  const name = `broker.${entity}.${reader}`;
  const letterOf = (message: ServiceBusReceivedMessage): DeadLetter => {
    const body = bytesOf(message);
    const event = parseObject(body);
    const properties = message.applicationProperties ?? {};
    return {
      id: letterId(name, sequenceOf(message)),
      source: 'broker',
      entity,
      reader,
      eventType: word(event?.eventType) ?? word(properties.eventType) ?? word(message.subject),
      // A copy that was to come back later has a message id of its own; the event in it keeps its id.
      eventId: word(event?.eventId) ?? word(message.messageId),
      reason: message.deadLetterReason ?? 'unspecified',
      detail: message.deadLetterErrorDescription ?? null,
      deliveryCount: message.deliveryCount ?? 0,
      enqueuedAt: message.enqueuedTimeUtc ?? new Date(0),
      subject: message.subject ?? null,
      messageId: message.messageId === undefined ? null : String(message.messageId),
      contentType: message.contentType ?? null,
      body,
      properties: properties as Readonly<Record<string, PropertyValue>>,
    };
  };

  return {
    name,
    async list(filter, from, limit) {
      if (from !== null && !sequence.test(from)) throw notACursor();
      const letters: DeadLetter[] = [];
      let next = from ?? beginning;
      if (filter.reader !== undefined && filter.reader !== reader) return { letters, next: null };
      for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; ) {
        const messages = await queue.peek({ from: next, count: PEEK_SIZE });
        if (messages.length === 0) return { letters, next: null };
        for (const message of messages) {
          if (letters.length === limit) return { letters, next };
          const letter = letterOf(message);
          if (matches(letter, filter)) letters.push(letter);
          next = after(sequenceOf(message));
        }
        lookedAt += messages.length;
      }
      return { letters, next };
    },
    async find(key) {
      if (!sequence.test(key)) return undefined;
      const [message] = await queue.peek({ from: key, count: 1 });
      return message !== undefined && sequenceOf(message) === key ? letterOf(message) : undefined;
    },
    take: (keys, { work, settled }) =>
      queue.take(new Set(keys), {
        work: (messages) => work(messages.map(letterOf)),
        settled: (message, removed) => settled(letterOf(message), removed),
      }),
    async count(atMost) {
      let letters = 0;
      for (let from = beginning; letters < atMost; ) {
        const messages = await queue.peek({ from, count: Math.min(PEEK_SIZE, atMost - letters) });
        const last = messages.at(-1);
        if (last === undefined) break;
        letters += messages.length;
        from = after(sequenceOf(last));
      }
      return [{ source: 'broker', entity, reader, letters }];
    },
  };
}

const word = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The body's bytes. Tools that write AMQP values instead of bytes get them as the text or JSON that they mean. */
function bytesOf({ body }: ServiceBusReceivedMessage): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (body === undefined || body === null) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
