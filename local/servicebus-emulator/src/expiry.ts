import type { Entity } from './entity.ts';
import { sessionLockLost } from './errors.ts';
import { activate } from './publish.ts';
import { releaseSession } from './sessions.ts';
import { expire, loseLock } from './settlement.ts';

/** Does what has come due: locks, sessions, schedules, lifetimes, remembered message ids. */
export function expireDue(entity: Entity): void {
  const now = entity.broker.clock.now();
  expireLocks(entity, now);
  expireSessions(entity, now);
  activateScheduled(entity, now);
  expireMessages(entity, now);
  forgetDuplicates(entity, now);
}

function expireLocks(entity: Entity, now: number): void {
  for (const message of entity.locked.values()) {
    if (message.lock?.session?.receiver) continue; // ends with its session
    if (message.lock && message.lock.until > now) {
      if (entity.sessions) continue;
      break; // in order of expiry
    }
    loseLock(entity, message);
  }
}

function expireSessions(entity: Entity, now: number): void {
  if (!entity.sessions) return;
  for (const session of entity.sessions.values()) {
    const { receiver } = session;
    if (!receiver || session.lockedUntil > now) continue;
    releaseSession(entity, session, 'lost');
    receiver.detach(sessionLockLost(session.id));
  }
}

function activateScheduled(entity: Entity, now: number): void {
  for (;;) {
    const message = entity.scheduled.peek();
    if (!message || (message.state === 'scheduled' && (message.content.scheduledFor ?? 0) > now)) return;
    entity.scheduled.pop();
    if (message.state === 'scheduled') activate(entity, message);
  }
}

const PRUNE_SLACK = 1024;

function expireMessages(entity: Entity, now: number): void {
  for (;;) {
    const message = entity.expiring.peek();
    if (!message || message.expiresAt > now) break;
    entity.expiring.pop();
    // A locked one is safe while its lock lasts, and a deferred one until it is asked for.
    if (message.state === 'ready') expire(entity, message);
  }
  const limit = 2 * entity.messages.size + PRUNE_SLACK;
  if (entity.expiring.size > limit) entity.expiring.prune((message) => message.state === 'ready');
  if (entity.ready.entries > limit) entity.ready.prune();
}

function forgetDuplicates(entity: Entity, now: number): void {
  for (const [messageId, until] of entity.duplicates) {
    if (until > now) return;
    entity.duplicates.delete(messageId);
  }
}
