import { type AmqpContent, isAmqpContent } from './codec-layout.ts';
import { encodeValue } from './codec-primitives.ts';
import { swapGuidOrder } from './lock-token.ts';
import type { Lock, MessageContent, StoredMessage } from './message.ts';

const symbol = (name: string): Buffer => Buffer.concat([Buffer.from([0xa3, name.length]), Buffer.from(name)]);
const ENQUEUED_TIME = symbol('x-opt-enqueued-time');
const SEQUENCE_NUMBER = symbol('x-opt-sequence-number');
const TOPIC_SEQUENCE_NUMBER = symbol('x-opt-enqueue-sequence-number');
const LOCKED_UNTIL = symbol('x-opt-locked-until');
const MESSAGE_STATE = symbol('x-opt-message-state');
const LOCK_TOKEN = symbol('x-opt-lock-token');
const DEAD_LETTER_SOURCE = symbol('x-opt-deadletter-source');

const NULL = 0x40;
const UINT = 0x70;
const LONG = 0x81;
const TIMESTAMP = 0x83;
const SMALL_INT = 0x54;
const MAX_UINT = 0xffffffff;

/** Room for everything before the annotations of the sender; a dead-letter source is at most 310 characters. */
const scratch = Buffer.allocUnsafe(2048);

/**
 * A message as a receiver gets it: header, delivery and message annotations made anew, the bare message as it was sent.
 * The .NET client casts annotations without looking, so their types are exactly those of the service.
 */
export function encodeDelivery(message: StoredMessage, lock: Lock | undefined): Buffer {
  const content = requireAmqp(message.content);
  let at = writeHeader(content, message);
  if (lock) at = writeLockToken(at, lock.token);
  const sizeAt = at + 4;
  at = scratch.writeUInt32BE(0x005372d1, at) + 8; // map size and count follow below
  let pairs = 0;
  const annotate = (key: Buffer, type: number, value: number): void => {
    at += key.copy(scratch, at);
    at = scratch.writeUInt8(type, at);
    at = type === SMALL_INT ? scratch.writeInt8(value, at) : scratch.writeBigInt64BE(BigInt(value), at);
    pairs++;
  };
  annotate(ENQUEUED_TIME, TIMESTAMP, message.enqueuedAt);
  annotate(SEQUENCE_NUMBER, LONG, message.sequence);
  if (message.topicSequence !== undefined) annotate(TOPIC_SEQUENCE_NUMBER, LONG, message.topicSequence);
  if (lock) annotate(LOCKED_UNTIL, TIMESTAMP, lock.until);
  annotate(MESSAGE_STATE, SMALL_INT, stateNumber(message));
  if (message.deadLetterSource !== undefined) {
    at += DEAD_LETTER_SOURCE.copy(scratch, at);
    at += encodeValue(message.deadLetterSource).copy(scratch, at);
    pairs++;
  }
  const sendersBytes = content.annotations.reduce((total, pair) => total + pair.length, 0);
  scratch.writeUInt32BE(at - sizeAt - 4 + sendersBytes, sizeAt);
  scratch.writeUInt32BE(2 * (pairs + content.annotations.length), sizeAt + 4);
  return Buffer.concat([scratch.subarray(0, at), ...content.annotations, content.bare]);
}

/** The same without its body: what a peek that omits bodies returns. */
export function withoutBody(message: StoredMessage): StoredMessage {
  const content = requireAmqp(message.content);
  const { bytes, bare, sections } = content;
  const kept = sections.application?.section[1] ?? sections.properties?.[1] ?? 0;
  const encoded = bytes.subarray(0, bytes.length - bare.length + kept);
  const bodiless: AmqpContent = { ...content, bytes: encoded, bare: bare.subarray(0, kept) };
  return { ...message, content: bodiless };
}

function writeHeader(content: AmqpContent, message: StoredMessage): number {
  let at = scratch.writeUInt32BE(0x005370c0, 0) + 1; // list size at 4
  at = scratch.writeUInt8(5, at);
  at = scratch.writeUInt8(encodeBoolean(content.durable), at);
  if (content.priority === undefined) at = scratch.writeUInt8(NULL, at);
  else at = scratch.writeUInt16BE(0x5000 | (content.priority & 0xff), at);
  if (message.timeToLiveMs === Number.POSITIVE_INFINITY) at = scratch.writeUInt8(NULL, at);
  else at = writeUint(Math.min(message.timeToLiveMs, MAX_UINT), at);
  at = scratch.writeUInt8(encodeBoolean(content.firstAcquirer), at);
  at = writeUint(message.deliveryCount, at);
  scratch.writeUInt8(at - 5, 4);
  return at;
}

function writeUint(value: number, at: number): number {
  return scratch.writeUInt32BE(value, scratch.writeUInt8(UINT, at));
}

function writeLockToken(start: number, token: Buffer): number {
  let at = scratch.writeUInt32BE(0x005371c1, start);
  at = scratch.writeUInt8(1 + LOCK_TOKEN.length + 17, at);
  at = scratch.writeUInt8(2, at);
  at += LOCK_TOKEN.copy(scratch, at);
  at = scratch.writeUInt8(0x98, at);
  return at + swapGuidOrder(token).copy(scratch, at);
}

function encodeBoolean(value: boolean | undefined): number {
  if (value === undefined) return NULL;
  return value ? 0x41 : 0x42;
}

/** A message that was scheduled says so for ever, as in the service. */
function stateNumber(message: StoredMessage): number {
  if (message.isDeferred) return 1;
  return message.state === 'scheduled' || message.wasScheduled ? 2 : 0;
}

function requireAmqp(content: MessageContent): AmqpContent {
  if (isAmqpContent(content)) return content;
  throw new TypeError(`A message encoded as '${content.encoding}' cannot be delivered over AMQP.`);
}
