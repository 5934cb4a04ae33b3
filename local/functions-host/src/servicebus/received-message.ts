import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { TypedData } from '../app/rpc-types.ts';

/** .NET's DateTime.MaxValue: what a message without a time to live expires at. */
const MAX_DATE = '9999-12-31T23:59:59.9999999';

/** The body as bytes. The receiver is opened with skipParsingBodyAsJson, so data bodies arrive as they were sent. */
export function bodyBytes(message: ServiceBusReceivedMessage): Buffer {
  const body: unknown = message.body;
  if (Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body);
  if (body === undefined || body === null) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The trigger metadata of one message, named and typed as the real extension sends it. Values that are null are absent. */
export function messageMetadata(message: ServiceBusReceivedMessage): Record<string, TypedData> {
  const metadata: Record<string, TypedData> = {
    // The SDK for JavaScript counts earlier deliveries, .NET this one as well.
    DeliveryCount: json((message.deliveryCount ?? 0) + 1),
    ExpiresAtUtc: json(dateTime(message.expiresAtUtc)),
    ExpiresAt: json(dateTimeOffset(message.expiresAtUtc)),
    EnqueuedTimeUtc: json(dateTime(message.enqueuedTimeUtc)),
    EnqueuedTime: json(dateTimeOffset(message.enqueuedTimeUtc)),
    SequenceNumber: { json: message.sequenceNumber?.toString() ?? '0' },
    ApplicationProperties: json(message.applicationProperties ?? {}),
    UserProperties: json(message.applicationProperties ?? {}),
  };
  const texts: Record<string, unknown> = {
    LockToken: message.lockToken,
    MessageId: message.messageId,
    ContentType: message.contentType,
    ReplyTo: message.replyTo,
    To: message.to,
    Subject: message.subject,
    Label: message.subject,
    CorrelationId: message.correlationId,
    SessionId: message.sessionId,
    ReplyToSessionId: message.replyToSessionId,
    PartitionKey: message.partitionKey,
    DeadLetterSource: message.deadLetterSource,
  };
  for (const [name, value] of Object.entries(texts)) {
    if (value !== undefined && value !== null) metadata[name] = { string: String(value) };
  }
  return metadata;
}

/**
 * The metadata of a batch: `messageIdArray` and so on. As in the real host, arrays of texts leave out missing and empty
 * entries (so an index need not fit the message), and sequence numbers arrive as Long objects.
 */
export function batchMetadata(messages: ServiceBusReceivedMessage[]): Record<string, TypedData> {
  const each = messages.map(messageMetadata);
  const result: Record<string, TypedData> = {};
  for (const name of new Set(each.flatMap((metadata) => Object.keys(metadata)))) {
    const values = each.map((metadata) => metadata[name]);
    if (name === 'SequenceNumber') {
      result[`${name}Array`] = { collectionSint64: { sint64: messages.map((message) => message.sequenceNumber) } };
    } else if (values.some((value) => value?.string !== undefined)) {
      const texts = values.map((value) => value?.string ?? '').filter((text) => text !== '');
      result[`${name}Array`] = { collectionString: { string: texts } };
    } else {
      result[`${name}Array`] = { json: `[${values.map((value) => value?.json ?? 'null').join(',')}]` };
    }
  }
  return result;
}

/** The host lays the top-level properties of a JSON body over the metadata, so a body may overwrite `messageId`. */
export function overlayBodyProperties(metadata: Record<string, TypedData>, text: string): void {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return;
  const body = parseObject(trimmed);
  if (body === undefined) return;
  const names = new Map(Object.keys(metadata).map((name) => [name.toLowerCase(), name]));
  for (const [property, value] of Object.entries(body)) {
    if (value === null || Array.isArray(value)) continue;
    metadata[names.get(property.toLowerCase()) ?? property] =
      typeof value === 'object' ? json(value) : { string: dotNetText(value) };
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const json = (value: unknown): TypedData => ({ json: JSON.stringify(value) });
const dotNetText = (value: unknown) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value));

/** A .NET DateTime as its JSON serializer writes it: no zone, no trailing zeros in the fraction. */
function dateTime(date: Date | undefined): string {
  if (date === undefined || Number.isNaN(date.getTime())) return MAX_DATE;
  const milliseconds = date.getUTCMilliseconds();
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0').replace(/0+$/, '')}`;
  return date.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length) + fraction;
}

const dateTimeOffset = (date: Date | undefined) => `${dateTime(date)}+00:00`;
