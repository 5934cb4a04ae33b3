import { type Entity, type Receiver, type Session, sessionOf } from './entity.ts';
import { notAllowed, sessionCannotBeLocked, sessionLockLost } from './errors.ts';
import { loseLock, release } from './settlement.ts';

/**
 * Locks a session for a receiver: the one named, or any that has messages and no receiver.
 * Undefined when none is free. Throws ServiceBusError when the named one is taken.
 */
export function acquireSession(entity: Entity, id: string | undefined, receiver: Receiver): Session | undefined {
  const sessions = sessionsOf(entity);
  const session = id === undefined ? nextAvailable(sessions) : sessionOf(sessions, id);
  if (!session) return undefined;
  if (session.receiver) throw sessionCannotBeLocked(session.id);
  session.receiver = receiver;
  session.lockedUntil = entity.broker.clock.now() + entity.settings.lockDurationMs;
  entity.broker.wake(entity);
  return session;
}

function nextAvailable(sessions: Map<string, Session>): Session | undefined {
  for (const session of sessions.values()) if (!session.receiver && !session.ready.isEmpty()) return session;
  return undefined;
}

/** Calls `tryAgain` when a session may have become available, until the returned function is called. */
export function awaitSession(entity: Entity, tryAgain: () => void): () => void {
  entity.sessionWaiters.push(tryAgain);
  return () => {
    const index = entity.sessionWaiters.indexOf(tryAgain);
    if (index >= 0) entity.sessionWaiters.splice(index, 1);
  };
}

/** A session that is closed does not count its messages as delivered; one whose lock was lost does. */
export function releaseSession(entity: Entity, session: Session, reason: 'closed' | 'lost'): void {
  session.receiver = undefined;
  session.lockedUntil = 0;
  for (const message of [...entity.locked.values()]) {
    if (message.lock?.session !== session) continue;
    if (reason === 'lost') loseLock(entity, message);
    else release(entity, message);
  }
  if (!session.ready.isEmpty()) entity.sessionWaiters[0]?.();
  else if (session.state === undefined) entity.sessions?.delete(session.id);
}

/** Returns when the lock now ends. Throws ServiceBusError when nobody holds the session. */
export function renewSessionLock(entity: Entity, id: string): number {
  const session = sessionsOf(entity).get(id);
  if (!session?.receiver) throw sessionLockLost(id);
  session.lockedUntil = entity.broker.clock.now() + entity.settings.lockDurationMs;
  for (const message of entity.locked.values()) {
    if (message.lock?.session === session) message.lock.until = session.lockedUntil;
  }
  return session.lockedUntil;
}

export function setSessionState(entity: Entity, id: string, state: Buffer | undefined): void {
  sessionOf(sessionsOf(entity), id).state = state;
  entity.broker.journal.append({ kind: 'session-state', path: entity.path, sessionId: id }, state);
}

export function getSessionState(entity: Entity, id: string): Buffer | undefined {
  return sessionsOf(entity).get(id)?.state;
}

/** Ids of sessions that have messages, a state or a receiver. */
export function listSessions(entity: Entity): string[] {
  return [...sessionsOf(entity).values()]
    .filter((session) => session.receiver || session.state || !session.ready.isEmpty())
    .map((session) => session.id);
}

function sessionsOf(entity: Entity): Map<string, Session> {
  if (!entity.sessions) throw notAllowed(`The messaging entity '${entity.path}' does not require sessions.`);
  return entity.sessions;
}
