import type { Operation } from './management.ts';
import { toBinary, toInteger, toText } from './management-body.ts';
import { types } from './rhea-internals.ts';
import * as sessions from './sessions.ts';

const STRING = 0xb1;

export const renewSessionLock: Operation = (entity, body) => {
  const until = sessions.renewSessionLock(entity, toText(body['session-id'], 'session-id'));
  return { expiration: types.wrap_timestamp(until) };
};

export const setSessionState: Operation = (entity, body) => {
  const state = body['session-state'];
  const cleared = state === undefined || state === null;
  const id = toText(body['session-id'], 'session-id');
  sessions.setSessionState(entity, id, cleared ? undefined : Buffer.from(toBinary(state, 'session-state')));
  return {};
};

export const getSessionState: Operation = (entity, body) => {
  return { 'session-state': sessions.getSessionState(entity, toText(body['session-id'], 'session-id')) ?? null };
};

export const getMessageSessions: Operation = (entity, body) => {
  const skip = toInteger(body.skip, 'skip');
  const ids = sessions.listSessions(entity).slice(skip, skip + toInteger(body.top, 'top'));
  if (ids.length === 0) return undefined;
  return { skip: types.wrap_int(skip + ids.length), 'sessions-ids': types.wrap_array(ids, STRING) };
};
