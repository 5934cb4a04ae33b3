import type { RestOperation } from './rest-call.ts';
import { issueClientToken } from './rest-client-token.ts';
import { connections, permissions } from './rest-connections.ts';
import { groups } from './rest-groups.ts';
import { listMembers } from './rest-members.ts';
import { sends } from './rest-send.ts';
import type { Tokens } from './tokens.ts';

interface FoundOperation {
  readonly operation: RestOperation;
  readonly names: readonly string[];
}

/** The operations of version 2024-12-01 below `/api/hubs/{hub}`; `*` stands for a name. */
export function makeOperations(
  tokens: Tokens,
): (method: string, path: readonly string[]) => FoundOperation | undefined {
  const operations = new Map<string, RestOperation>(
    Object.entries({
      'POST :send': sends.toAll,
      'POST groups/*/:send': sends.toGroup,
      'POST users/*/:send': sends.toUser,
      'POST connections/*/:send': sends.toConnection,
      'POST :closeConnections': connections.closeAll,
      'POST groups/*/:closeConnections': connections.closeGroup,
      'POST users/*/:closeConnections': connections.closeUser,
      'DELETE connections/*': connections.closeOne,
      'HEAD connections/*': connections.connectionExists,
      'HEAD groups/*': connections.groupExists,
      'HEAD users/*': connections.userExists,
      'POST :addToGroups': groups.addFiltered,
      'POST :removeFromGroups': groups.removeFiltered,
      'PUT groups/*/connections/*': groups.addConnection,
      'DELETE groups/*/connections/*': groups.removeConnection,
      'DELETE connections/*/groups': groups.removeConnectionFromAll,
      'PUT users/*/groups/*': groups.addUser,
      'DELETE users/*/groups/*': groups.removeUser,
      'DELETE users/*/groups': groups.removeUserFromAll,
      'GET groups/*/connections': listMembers,
      'PUT permissions/*/connections/*': permissions.grant,
      'DELETE permissions/*/connections/*': permissions.revoke,
      'HEAD permissions/*/connections/*': permissions.check,
      'POST :generateToken': (call) => issueClientToken(tokens, call),
    }),
  );
  // Kinds and names take turns in every path, so a name is known by its place, whatever it looks like.
  const isName = (_: string, index: number): boolean => index % 2 === 1;
  return (method, path) => {
    const shape = path.map((segment, index) => (isName(segment, index) ? '*' : segment)).join('/');
    const operation = operations.get(`${method} ${shape}`);
    return operation && { operation, names: path.filter(isName) };
  };
}
