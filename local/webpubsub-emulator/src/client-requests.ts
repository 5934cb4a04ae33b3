import { ClientMessageError, parseClientMessage, type SendToGroup } from './client-message.ts';
import type { Connection } from './connection.ts';
import { type AckErrorName, ack, errorAck, invocationRefused, pong, streamRefused } from './control-frames.ts';
import type { Hub } from './hub.ts';
import { fromGroup } from './outgoing.ts';

/** Refused with a reason that the client is told. */
interface Refusal {
  readonly name: AckErrorName;
  readonly message: string;
}

const INVALID_PAYLOAD = 1007;
const POLICY_VIOLATION = 1008;
const NO_HANDLER = 'This emulator has no event handlers that could take it.';

/** Does what a frame from a client asks for. */
export function serveFrame(hub: Hub, connection: Connection, data: Buffer, isBinary: boolean): void {
  if (!connection.protocol) {
    // All that a client without a subprotocol can send is events.
    connection.close(`A message from the client was refused. ${NO_HANDLER}`, POLICY_VIOLATION);
    return;
  }
  if (isBinary) {
    connection.close('The JSON subprotocol has text frames only.', INVALID_PAYLOAD);
    return;
  }
  try {
    serveText(hub, connection, data.toString());
  } catch (error) {
    if (!(error instanceof ClientMessageError)) throw error;
    if (error.ackId === undefined) connection.close(error.message, INVALID_PAYLOAD);
    else connection.control(errorAck(error.ackId, 'BadRequest', error.message));
  }
}

function serveText(hub: Hub, connection: Connection, text: string): void {
  const message = parseClientMessage(text);
  switch (message.type) {
    case 'ping':
      connection.control(pong());
      return;
    case 'sequenceAck':
      connection.acknowledge(message.sequenceId);
      return;
    case 'invoke':
      connection.control(invocationRefused(message.invocationId, NO_HANDLER));
      return;
    case 'stream':
      connection.control(streamRefused(message.streamId, 'This emulator has no streams.'));
      return;
    case 'joinGroup':
      once(connection, message.ackId, () => join(hub, connection, message.group));
      return;
    case 'leaveGroup':
      once(connection, message.ackId, () => leave(hub, connection, message.group));
      return;
    case 'sendToGroup':
      once(connection, message.ackId, () => send(hub, connection, message));
      return;
    case 'event':
      once(connection, message.ackId, () => ({ name: 'InternalServerError', message: NO_HANDLER }));
      return;
    case 'groupState':
      once(connection, message.ackId, () => ({ name: 'BadRequest', message: 'This emulator has no group state.' }));
  }
}

/**
 * Acts on an ack id once: a client that lost its socket before the ack came asks again with the same one. What was
 * refused may be asked again, for the answer can change.
 */
function once(connection: Connection, ackId: number | undefined, act: () => Refusal | undefined): void {
  if (ackId === undefined) {
    act();
    return;
  }
  if (connection.ackIds.has(ackId)) {
    connection.control(errorAck(ackId, 'Duplicate', `Message with ack-id: ${ackId} has been processed`));
    return;
  }
  const refusal = act();
  if (refusal) {
    connection.control(errorAck(ackId, refusal.name, refusal.message));
    return;
  }
  connection.ackIds.add(ackId);
  connection.control(ack(ackId));
}

function join(hub: Hub, connection: Connection, group: string): Refusal | undefined {
  if (!connection.permissions.allows('joinLeaveGroup', group)) return forbidden(`join group '${group}'`);
  if (hub.join(connection, group)) return undefined;
  return {
    name: 'BadRequest',
    message: `The connection is in ${connection.groups.size} groups, and may not join more.`,
  };
}

function leave(hub: Hub, connection: Connection, group: string): Refusal | undefined {
  if (!connection.permissions.allows('joinLeaveGroup', group)) return forbidden(`leave group '${group}'`);
  hub.leave(connection, group);
  return undefined;
}

function send(hub: Hub, connection: Connection, { group, payload, noEcho }: SendToGroup): Refusal | undefined {
  if (!connection.permissions.allows('sendToGroup', group)) return forbidden(`send to group '${group}'`);
  const outgoing = fromGroup(payload, group, connection.userId);
  for (const member of hub.inGroup(group)) {
    if (!noEcho || member !== connection) member.deliver(outgoing);
  }
  return undefined;
}

function forbidden(what: string): Refusal {
  return { name: 'Forbidden', message: `The client does not have permission to ${what}.` };
}
