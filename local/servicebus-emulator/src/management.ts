import type { Entity } from './entity.ts';
import { badArgument, notImplemented } from './errors.ts';
import * as messages from './management-messages.ts';
import * as rules from './management-rules.ts';
import * as sessions from './management-sessions.ts';

/** The body of a request: a map. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** The body of the answer; undefined means "no content". */
export type Operation = (entity: Entity, body: RequestBody) => object | undefined;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'renew-lock': messages.renewLock,
  'schedule-message': messages.scheduleMessage,
  'cancel-scheduled-message': messages.cancelScheduledMessage,
  'peek-message': messages.peekMessage,
  'receive-by-sequence-number': messages.receiveBySequenceNumber,
  'update-disposition': messages.updateDisposition,
  'batch-delete-messages': messages.batchDeleteMessages,
  'renew-session-lock': sessions.renewSessionLock,
  'set-session-state': sessions.setSessionState,
  'get-session-state': sessions.getSessionState,
  'get-message-sessions': sessions.getMessageSessions,
  'add-rule': rules.addRule,
  'remove-rule': rules.removeRule,
  'enumerate-rules': rules.enumerateRules,
};

const PREFIX = 'com.microsoft:';

/** Does what an entity's $management node is asked for. Throws ServiceBusError. */
export function manage(entity: Entity, operation: string, body: unknown): object | undefined {
  const name = operation.startsWith(PREFIX) ? operation.slice(PREFIX.length) : '';
  if (!Object.hasOwn(OPERATIONS, name)) throw notImplemented(`The operation '${operation}' is not supported.`);
  if (typeof body !== 'object' || body === null) throw badArgument(`'${operation}' needs a map as its body.`);
  return OPERATIONS[name]?.(entity, body as RequestBody);
}
