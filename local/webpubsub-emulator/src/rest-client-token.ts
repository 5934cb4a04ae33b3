import { isGroupName } from './names.ts';
import { badRequest, numberIn, type RestAnswer, type RestCall } from './rest-call.ts';
import type { Tokens } from './tokens.ts';

const MINUTE = 60_000;
const DEFAULT_MINUTES = 60;
const MAX_MINUTES = 365 * 24 * 60;

/** Signs the token of a client for a caller that does not hold the access key itself. */
export function issueClientToken(tokens: Tokens, call: RestCall): RestAnswer {
  const clientType = call.query.get('clientType') ?? 'Default';
  if (clientType.toLowerCase() !== 'default') {
    throw badRequest(`There are no clients of type '${clientType.slice(0, 50)}' here.`);
  }
  const minutes = numberIn(call, 'minutesToExpire', 1, MAX_MINUTES) ?? DEFAULT_MINUTES;
  const groups = call.query.getAll('group');
  if (!groups.every(isGroupName)) throw badRequest("A 'group' is not the name of a group.");
  const grant = { userId: call.query.get('userId') || undefined, roles: call.query.getAll('role'), groups };
  return { status: 200, body: { token: tokens.issueClient(grant, call.origin, call.hubName, minutes * MINUTE) } };
}
