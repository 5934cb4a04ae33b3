import { randomUUID } from 'node:crypto';
import { redeliverToProperty } from '@valerix/contracts/topology';
import type { OutgoingMessage } from '../messaging.ts';
import type { DeadLetter } from './dead-letter.ts';

/** Names the dead letter that a message is a copy of. */
const replayedFromProperty = 'replayedFrom';

/** What the broker added when it dead-lettered the message. */
const brokerProperties = new Set(['DeadLetterReason', 'DeadLetterErrorDescription']);

/**
 * A fresh copy of a dead letter for its own reader alone. It has a new message id, which the broker's duplicate
 * detection would hold against it otherwise, and its tries are counted from the beginning; the event in it, and with it
 * the event id that readers go by, is the same. A body that nobody understands goes as it is.
 */
export function copyFor(letter: DeadLetter, messageId: string = randomUUID()): OutgoingMessage {
  const properties = Object.entries(letter.properties).filter(([name]) => !brokerProperties.has(name));
  return {
    messageId,
    subject: letter.subject ?? letter.eventType ?? '',
    body: withoutTries(letter.body),
    ...(letter.contentType !== null && { contentType: letter.contentType }),
    properties: {
      ...Object.fromEntries(properties),
      [redeliverToProperty]: letter.reader,
      [replayedFromProperty]: letter.id,
    },
  };
}

/** The body as JSON when it is a JSON object, as every event is. */
export function parseObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function withoutTries(body: Buffer): Buffer {
  const event = parseObject(body);
  if (event === undefined || !Object.hasOwn(event, 'redelivery')) return body;
  const { redelivery: _, ...fresh } = event;
  return Buffer.from(JSON.stringify(fresh));
}
