import { isGroupName } from './names.ts';
import type { DataType, Payload } from './outgoing.ts';

/** What a client of a JSON subprotocol can ask for. */
export type ClientMessage =
  | { readonly type: 'ping' }
  | { readonly type: 'sequenceAck'; readonly sequenceId: number }
  | { readonly type: 'joinGroup' | 'leaveGroup'; readonly group: string; readonly ackId: number | undefined }
  | SendToGroup
  | { readonly type: 'event'; readonly ackId: number | undefined }
  | { readonly type: 'invoke'; readonly invocationId: string }
  | { readonly type: 'stream'; readonly streamId: string }
  | { readonly type: 'groupState'; readonly ackId: number | undefined };

export interface SendToGroup {
  readonly type: 'sendToGroup';
  readonly group: string;
  readonly payload: Payload;
  readonly noEcho: boolean;
  readonly ackId: number | undefined;
}

/** The client does not keep to the protocol. With an ack id the client can be told, without one it has to go. */
export class ClientMessageError extends Error {
  override readonly name = 'ClientMessageError';
  readonly ackId: number | undefined;

  constructor(message: string, ackId?: number) {
    super(message);
    this.ackId = ackId;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** Throws ClientMessageError. */
export function parseClientMessage(text: string): ClientMessage {
  const fields = parseFields(text);
  const ackId = toAckId(fields.ackId);
  switch (fields.type) {
    case 'ping':
      return { type: 'ping' };
    case 'sequenceAck':
      if (!isCount(fields.sequenceId)) throw new ClientMessageError("'sequenceId' is not a number from 0.");
      return { type: 'sequenceAck', sequenceId: fields.sequenceId };
    case 'joinGroup':
    case 'leaveGroup':
      return { type: fields.type, group: toGroup(fields.group, ackId), ackId };
    case 'sendToGroup':
      // A stream begins with a message that has no payload of its own.
      if (isFields(fields.stream)) return { type: 'stream', streamId: toId(fields.stream.streamId, 'streamId') };
      return {
        type: 'sendToGroup',
        group: toGroup(fields.group, ackId),
        payload: toPayload(fields, ackId),
        noEcho: fields.noEcho === true,
        ackId,
      };
    case 'event':
      return { type: 'event', ackId };
    case 'invoke':
      return { type: 'invoke', invocationId: toId(fields.invocationId, 'invocationId') };
    case 'streamData':
    case 'streamEnd':
      return { type: 'stream', streamId: toId(fields.streamId, 'streamId') };
    case 'setGroupState':
    case 'subscribeGroupState':
    case 'unsubscribeGroupState':
      return { type: 'groupState', ackId };
    default:
      throw new ClientMessageError(`There is no message type '${String(fields.type).slice(0, 50)}'.`, ackId);
  }
}

function parseFields(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ClientMessageError(`The frame is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isFields(value)) throw new ClientMessageError('The frame is not a JSON object.');
  return value;
}

function toPayload({ dataType = 'json', data }: Fields, ackId: number | undefined): Payload {
  if (data === undefined || data === null) throw new ClientMessageError("'data' is missing.", ackId);
  switch (dataType) {
    case 'json':
      return { dataType, bytes: Buffer.from(JSON.stringify(data)) };
    case 'text':
      if (typeof data !== 'string') throw new ClientMessageError("'data' is not a text.", ackId);
      return { dataType, bytes: Buffer.from(data) };
    case 'binary':
    case 'protobuf':
      return { dataType, bytes: toBytes(dataType, data, ackId) };
    default:
      throw new ClientMessageError(`There is no dataType '${String(dataType).slice(0, 50)}'.`, ackId);
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function toBytes(dataType: DataType, data: unknown, ackId: number | undefined): Buffer {
  if (typeof data !== 'string' || !BASE64.test(data)) {
    throw new ClientMessageError(`'data' is not base64, as '${dataType}' demands.`, ackId);
  }
  return Buffer.from(data, 'base64');
}

function toGroup(group: unknown, ackId: number | undefined): string {
  if (!isGroupName(group)) throw new ClientMessageError("'group' is not the name of a group.", ackId);
  return group;
}

function toAckId(ackId: unknown): number | undefined {
  if (ackId === undefined || ackId === null) return undefined;
  if (!isCount(ackId)) throw new ClientMessageError("'ackId' is not a number from 0.");
  return ackId;
}

function toId(id: unknown, name: string): string {
  if (typeof id !== 'string' || id.length > 200) throw new ClientMessageError(`'${name}' is not an id.`);
  return id;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
