import type { Span } from './codec-primitives.ts';
import type { MessageContent, SystemProperty } from './message.ts';

/**
 * An encoded AMQP message. From the properties section on it is the "bare message", which reaches the receiver byte for
 * byte as it was sent: decoding and encoding it again would lose types that the .NET client insists on.
 */
export interface AmqpContent extends MessageContent {
  readonly encoding: 'amqp';
  readonly durable: boolean | undefined;
  readonly priority: number | undefined;
  readonly firstAcquirer: boolean | undefined;
  /** Encoded key and value of each message annotation that the sender may set. */
  readonly annotations: readonly Buffer[];
  readonly bare: Buffer;
  readonly sections: Sections;
}

/** Where things are in the bare message. */
export interface Sections {
  /** The list of the properties section. */
  readonly properties: Span | undefined;
  /** The application properties section, descriptor included, and the map in it. */
  readonly application: { readonly section: Span; readonly map: number } | undefined;
  /** The values of the data sections. */
  readonly data: readonly Span[];
}

/** Positions in the properties section that rules can see. */
export const PROPERTY_POSITIONS: Readonly<Record<SystemProperty, number>> = {
  messageId: 0,
  to: 2,
  subject: 3,
  replyTo: 4,
  correlationId: 5,
  contentType: 6,
  sessionId: 10,
  replyToSessionId: 12,
};

export function isAmqpContent(content: MessageContent): content is AmqpContent {
  return content.encoding === 'amqp';
}
