import type { Entity, Receiver, Session } from './entity.ts';
import { newLockToken, tokenKey } from './lock-token.ts';
import type { StoredMessage } from './message.ts';
import type { ReadyQueue } from './ready-queue.ts';
import { expire, remove } from './settlement.ts';

/** Offers ready messages to receivers that have room, in turn, so that competing receivers share the work. */
export function pump(entity: Entity): void {
  if (entity.sessions) {
    for (const session of entity.sessions.values()) pumpSession(entity, session);
    return;
  }
  let idle = 0;
  while (idle < entity.receivers.length) {
    const receiver = entity.receivers[entity.nextReceiver++ % entity.receivers.length] as Receiver;
    if (receiver.available() <= 0) {
      idle++;
      continue;
    }
    const message = takeReady(entity, entity.ready);
    if (!message) return;
    deliver(entity, message, receiver, undefined);
    idle = 0;
  }
}

function pumpSession(entity: Entity, session: Session): void {
  const { receiver } = session;
  while (receiver && receiver.available() > 0) {
    const message = takeReady(entity, session.ready);
    if (!message) return;
    deliver(entity, message, receiver, session);
  }
}

function takeReady(entity: Entity, queue: ReadyQueue): StoredMessage | undefined {
  const now = entity.broker.clock.now();
  for (;;) {
    const message = queue.take();
    if (!message || message.expiresAt > now) return message;
    expire(entity, message);
  }
}

function deliver(entity: Entity, message: StoredMessage, receiver: Receiver, session: Session | undefined): void {
  if (receiver.deletesOnDelivery) {
    receiver.deliver(message);
    remove(entity, message);
    return;
  }
  lock(entity, message, session);
  receiver.deliver(message);
}

/** A message of a session is locked for as long as its session is. */
export function lock(entity: Entity, message: StoredMessage, session: Session | undefined): void {
  const token = newLockToken();
  const until = session?.receiver ? session.lockedUntil : entity.broker.clock.now() + entity.settings.lockDurationMs;
  message.state = 'locked';
  message.lock = { token, until, session };
  entity.locked.set(message.sequence, message);
  entity.byToken.set(tokenKey(token), message);
}

export function addReceiver(entity: Entity, receiver: Receiver): void {
  entity.receivers.push(receiver);
  entity.broker.wake(entity);
}

/** What the receiver holds stays locked until its locks expire: a lost link does not mean unfinished work. */
export function removeReceiver(entity: Entity, receiver: Receiver): void {
  const index = entity.receivers.indexOf(receiver);
  if (index >= 0) entity.receivers.splice(index, 1);
}
