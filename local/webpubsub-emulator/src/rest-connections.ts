import type { Connection } from './connection.ts';
import { isPermission, type Permission, type Permissions } from './permissions.ts';
import {
  badRequest,
  exists,
  groupIn,
  NO_CONTENT,
  nameIn,
  OK,
  type RestAnswer,
  type RestCall,
  RestError,
} from './rest-call.ts';

/** Whether connections, groups and users are there, and how they are told to go. */
export const connections = {
  connectionExists: (call: RestCall) => exists(call.hub.find(nameIn(call, 0)) !== undefined),
  groupExists: (call: RestCall) => exists(call.hub.inGroup(groupIn(call, 0)).length > 0),
  userExists: (call: RestCall) => exists(call.hub.ofUser(nameIn(call, 0)).length > 0),
  closeOne: (call: RestCall) => close(call, [call.hub.find(nameIn(call, 0))]),
  closeAll: (call: RestCall) => close(call, call.hub.all()),
  closeGroup: (call: RestCall) => close(call, call.hub.inGroup(groupIn(call, 0))),
  closeUser: (call: RestCall) => close(call, call.hub.ofUser(nameIn(call, 0))),
};

/** Grants a connection what its token did not, takes it back, and tells whether it may. */
export const permissions = {
  grant(call: RestCall) {
    const { permission, of, target } = permissionIn(call);
    of.grant(permission, target);
    return OK;
  },
  revoke(call: RestCall) {
    const { permission, of, target } = permissionIn(call);
    of.revoke(permission, target);
    return NO_CONTENT;
  },
  check(call: RestCall) {
    const { permission, of, target } = permissionIn(call);
    return exists(of.allows(permission, target));
  },
};

/** The connection of the n-th name. Throws RestError when there is none. */
export function connectionIn(call: RestCall, index: number): Connection {
  const id = nameIn(call, index);
  const connection = call.hub.find(id);
  if (!connection) throw new RestError(404, 'ConnectionNotFound', `There is no connection '${id.slice(0, 100)}'.`);
  return connection;
}

function close({ query }: RestCall, candidates: readonly (Connection | undefined)[]): RestAnswer {
  const excluded = new Set(query.getAll('excluded'));
  const reason = query.get('reason') || 'Closed by REST API.';
  for (const connection of candidates) if (connection && !excluded.has(connection.id)) connection.close(reason);
  return NO_CONTENT;
}

interface NamedPermission {
  readonly permission: Permission;
  readonly of: Permissions;
  /** Undefined stands for all groups. */
  readonly target: string | undefined;
}

function permissionIn(call: RestCall): NamedPermission {
  const permission = nameIn(call, 0);
  if (!isPermission(permission)) throw badRequest(`There is no permission '${permission.slice(0, 100)}'.`);
  const target = call.query.get('targetName') || undefined;
  return { permission, of: connectionIn(call, 1).permissions, target };
}
