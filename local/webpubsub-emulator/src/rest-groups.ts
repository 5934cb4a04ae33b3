import type { Connection } from './connection.ts';
import { compileFilter } from './filter.ts';
import type { Hub } from './hub.ts';
import { isGroupName } from './names.ts';
import { badRequest, exists, groupIn, NO_CONTENT, nameIn, OK, type RestCall, RestError } from './rest-call.ts';
import { connectionIn } from './rest-connections.ts';

/** Who is in which group. */
export const groups = {
  addConnection(call: RestCall) {
    join(call.hub, connectionIn(call, 1), groupIn(call, 0));
    return OK;
  },
  removeConnection(call: RestCall) {
    const group = groupIn(call, 0);
    const connection = call.hub.find(nameIn(call, 1));
    if (connection) call.hub.leave(connection, group);
    return NO_CONTENT;
  },
  removeConnectionFromAll(call: RestCall) {
    const connection = call.hub.find(nameIn(call, 0));
    if (connection) call.hub.leaveAll(connection);
    return NO_CONTENT;
  },
  /** A user is added by its connections of now; one that has none is answered with 404, as by the official emulator. */
  addUser(call: RestCall) {
    const group = groupIn(call, 1);
    const found = call.hub.ofUser(nameIn(call, 0));
    for (const connection of found) join(call.hub, connection, group);
    return exists(found.length > 0);
  },
  removeUser(call: RestCall) {
    const group = groupIn(call, 1);
    for (const connection of call.hub.ofUser(nameIn(call, 0))) call.hub.leave(connection, group);
    return NO_CONTENT;
  },
  removeUserFromAll(call: RestCall) {
    for (const connection of call.hub.ofUser(nameIn(call, 0))) call.hub.leaveAll(connection);
    return NO_CONTENT;
  },
  async addFiltered(call: RestCall) {
    const selection = await readSelection(call);
    for (const connection of selection.connections()) {
      for (const group of selection.groups) join(call.hub, connection, group);
    }
    return OK;
  },
  async removeFiltered(call: RestCall) {
    const selection = await readSelection(call);
    for (const connection of selection.connections()) {
      for (const group of selection.groups) call.hub.leave(connection, group);
    }
    return OK;
  },
};

function join(hub: Hub, connection: Connection, group: string): void {
  if (hub.join(connection, group)) return;
  throw new RestError(
    400,
    'TooManyGroups',
    `Connection '${connection.id}' is in ${connection.groups.size} groups already.`,
  );
}

interface Selection {
  readonly groups: readonly string[];
  connections(): readonly Connection[];
}

/** Body `{ groups, filter }`; without a filter, every connection of the hub. */
async function readSelection(call: RestCall): Promise<Selection> {
  const { groups: names, filter } = parseSelection((await call.body()).toString());
  if (!Array.isArray(names) || names.length === 0 || !names.every(isGroupName)) {
    throw badRequest("'groups' must be a list of names of groups.");
  }
  if (filter !== undefined && filter !== null && typeof filter !== 'string')
    throw badRequest("'filter' must be a text.");
  const matches = compileFilter(filter ?? null);
  return { groups: names, connections: () => call.hub.all().filter(matches) };
}

function parseSelection(body: string): { readonly groups?: unknown; readonly filter?: unknown } {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw badRequest(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw badRequest('The body is not a JSON object.');
}
