import { deleteMessages, peekMessages, receiveDeferred } from './browsing.ts';
import { decodeContent } from './codec-content.ts';
import { encodeDelivery, withoutBody } from './codec-delivery.ts';
import { badArgument } from './errors.ts';
import { swapGuidOrder } from './lock-token.ts';
import type { Operation, RequestBody } from './management.ts';
import {
  toBinary,
  toInteger,
  toList,
  toLockTokens,
  toMap,
  toOptionalText,
  toSequenceNumbers,
  toText,
} from './management-body.ts';
import { cancelScheduled, publish } from './publish.ts';
import { types } from './rhea-internals.ts';
import { heldMessage, type Outcome, renewLocks, settle } from './settlement.ts';

// .NET reads expirations and sequence numbers as arrays and messages as a list; the other way round fails there.
const TIMESTAMP = 0x83;
const LONG = 0x81;

export const renewLock: Operation = (entity, body) => {
  const expirations = renewLocks(entity, toLockTokens(body['lock-tokens']));
  return { expirations: types.wrap_array(expirations, TIMESTAMP) };
};

export const scheduleMessage: Operation = (entity, body) => {
  const contents = toList(body.messages).map((item) => {
    const encoded = toBinary(toMap(item, 'messages').message, 'message');
    return decodeContent(Buffer.from(encoded));
  });
  return { 'sequence-numbers': types.wrap_array(publish(entity, contents), LONG) };
};

export const cancelScheduledMessage: Operation = (entity, body) => {
  cancelScheduled(entity, toSequenceNumbers(body['sequence-numbers']));
  return {};
};

export const peekMessage: Operation = (entity, body) => {
  const from = toInteger(body['from-sequence-number'], 'from-sequence-number');
  const count = toInteger(body['message-count'], 'message-count');
  const found = peekMessages(entity, from, count, toOptionalText(body['session-id']));
  if (found.length === 0) return undefined;
  const omitsBody = Boolean(body['omit-message-body']);
  return {
    messages: found.map((message) => ({
      message: encodeDelivery(omitsBody ? withoutBody(message) : message, undefined),
    })),
  };
};

export const receiveBySequenceNumber: Operation = (entity, body) => {
  const mode = toInteger(body['receiver-settle-mode'], 'receiver-settle-mode') === 0 ? 'delete' : 'lock';
  const sequences = toSequenceNumbers(body['sequence-numbers']);
  const found = receiveDeferred(entity, sequences, mode, toOptionalText(body['session-id']));
  return {
    messages: found.map((message) => ({
      message: encodeDelivery(message, message.lock),
      ...(message.lock && { 'lock-token': types.wrap_uuid(swapGuidOrder(message.lock.token)) }),
    })),
  };
};

/** How deferred messages are settled, and any message after a reconnect. All or none. */
export const updateDisposition: Operation = (entity, body) => {
  const outcome = toOutcome(body);
  const tokens = toLockTokens(body['lock-tokens']);
  for (const token of tokens) heldMessage(entity, token);
  for (const token of tokens) settle(entity, token, outcome);
  return {};
};

function toOutcome(body: RequestBody): Outcome {
  const status = toText(body['disposition-status'], 'disposition-status');
  const modified = body['properties-to-modify'];
  const properties = modified === undefined || modified === null ? undefined : toMap(modified, 'properties-to-modify');
  switch (status) {
    case 'completed':
      return { kind: 'complete' };
    case 'abandoned':
      return { kind: 'abandon', properties };
    case 'defered':
      return { kind: 'defer', properties };
    case 'suspended': {
      const reason = toOptionalText(body['deadletter-reason']);
      const description = toOptionalText(body['deadletter-description']);
      return { kind: 'dead-letter', reason, description, properties };
    }
    default:
      throw badArgument(`'${status}' is not a disposition status.`);
  }
}

export const batchDeleteMessages: Operation = (entity, body) => {
  const before = body['enqueued-time-utc'];
  const count = toInteger(body['message-count'], 'message-count');
  const deleted = deleteMessages(entity, count, before instanceof Date ? before.getTime() : entity.broker.clock.now());
  return deleted === 0 ? undefined : { 'message-count': types.wrap_int(deleted) };
};
