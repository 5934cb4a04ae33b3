import type { Connection } from './connection.ts';
import { compileFilter } from './filter.ts';
import { fromGroup, fromServer, type Outgoing, type Payload } from './outgoing.ts';
import {
  ACCEPTED,
  badRequest,
  groupIn,
  nameIn,
  numberIn,
  type RestAnswer,
  type RestCall,
  RestError,
} from './rest-call.ts';

const MAX_TTL_SECONDS = 300;

/** The four sends. All answer 202, also when there is nobody to hear. */
export const sends = {
  toAll: (call: RestCall) => send(call, () => call.hub.all(), fromServer),
  toGroup(call: RestCall) {
    const group = groupIn(call, 0);
    return send(
      call,
      () => call.hub.inGroup(group),
      (payload) => fromGroup(payload, group, undefined),
    );
  },
  toUser(call: RestCall) {
    const user = nameIn(call, 0);
    return send(call, () => call.hub.ofUser(user), fromServer);
  },
  toConnection(call: RestCall) {
    const connection = call.hub.find(nameIn(call, 0));
    return send(call, () => (connection ? [connection] : []), fromServer);
  },
};

async function send(
  call: RestCall,
  receivers: () => readonly Connection[],
  toOutgoing: (payload: Payload) => Outgoing,
): Promise<RestAnswer> {
  // What is delivered at once has no use for a time to live, but a wrong one would fail in the cloud.
  numberIn(call, 'messageTtlSeconds', 0, MAX_TTL_SECONDS);
  const matches = compileFilter(call.query.get('filter'));
  const excluded = new Set(call.query.getAll('excluded'));
  const outgoing = toOutgoing(await readPayload(call));
  // Who receives is decided once the whole message is here.
  for (const connection of receivers()) {
    if (!excluded.has(connection.id) && matches(connection)) connection.deliver(outgoing);
  }
  return ACCEPTED;
}

async function readPayload(call: RestCall): Promise<Payload> {
  switch (call.contentType) {
    case 'application/json':
      return { dataType: 'json', bytes: checkJson(await call.body()) };
    case 'text/plain':
      return { dataType: 'text', bytes: await call.body() };
    case 'application/octet-stream':
      return { dataType: 'binary', bytes: await call.body() };
    default:
      throw new RestError(
        415,
        'UnsupportedMediaType',
        `A message is application/json, text/plain or application/octet-stream, not '${call.contentType}'.`,
      );
  }
}

function checkJson(body: Buffer): Buffer {
  try {
    JSON.parse(body.toString());
    return body;
  } catch (error) {
    throw badRequest(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
