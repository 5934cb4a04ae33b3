import type { Session } from './entity.ts';

/** Properties as rules see them. Application property names keep their case. */
export interface PropertyView {
  readonly system: Readonly<Partial<Record<SystemProperty, unknown>>>;
  readonly application: Readonly<Record<string, unknown>>;
}

export type SystemProperty =
  | 'messageId'
  | 'to'
  | 'subject'
  | 'replyTo'
  | 'correlationId'
  | 'contentType'
  | 'sessionId'
  | 'replyToSessionId';

/** What to set on a message; `undefined` as a value removes the property. */
export interface PropertyChanges {
  readonly system?: Readonly<Partial<Record<SystemProperty, string | undefined>>>;
  readonly application?: Readonly<Record<string, unknown>>;
}

/** A message as its sender wrote it. Immutable; the broker never looks inside the encoding. */
export interface MessageContent {
  /** Names the codec, so that the protocol side can recognise its own contents. */
  readonly encoding: string;
  /** The whole encoded message; what the journal keeps and what a restart decodes again. */
  readonly bytes: Buffer;
  readonly messageId: string | undefined;
  readonly sessionId: string | undefined;
  readonly timeToLiveMs: number | undefined;
  /** Milliseconds since 1970 at which the message is to become active. */
  readonly scheduledFor: number | undefined;
  properties(): PropertyView;
  with(changes: PropertyChanges): MessageContent;
}

export interface Lock {
  readonly token: Buffer;
  /** Milliseconds since 1970. */
  until: number;
  readonly session: Session | undefined;
}

type MessageState = 'ready' | 'locked' | 'scheduled' | 'deferred' | 'gone';

/** A message inside one entity. */
export interface StoredMessage {
  readonly sequence: number;
  /** The sequence number it had in the topic it came through. */
  readonly topicSequence: number | undefined;
  readonly enqueuedAt: number;
  readonly timeToLiveMs: number;
  readonly expiresAt: number;
  readonly wasScheduled: boolean;
  readonly deadLetterSource: string | undefined;
  content: MessageContent;
  /** Deliveries that ended without a completion. */
  deliveryCount: number;
  state: MessageState;
  /** Stays true while a deferred message is locked, so that an abandoned one is deferred again. */
  isDeferred: boolean;
  lock: Lock | undefined;
}
