/**
 * A request that the broker refuses. `condition` is the AMQP error condition, from which every SDK derives
 * its own error code (MessageLockLost, MessagingEntityNotFound, ...).
 */
export class ServiceBusError extends Error {
  override readonly name = 'ServiceBusError';
  readonly condition: string;

  constructor(condition: string, message: string) {
    super(message);
    this.condition = condition;
  }
}

export function messageLockLost(): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:message-lock-lost',
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue, or was received by a different receiver instance.',
  );
}

export function sessionLockLost(sessionId: string): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:session-lock-lost',
    `The lock on the session '${sessionId}' has expired. Accept the session again.`,
  );
}

export function sessionCannotBeLocked(sessionId: string): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:session-cannot-be-locked',
    `The requested session '${sessionId}' cannot be accepted. It may be locked by another receiver.`,
  );
}

/** The JavaScript SDK recognises this case by the words "could not be found". */
export function entityNotFound(path: string): ServiceBusError {
  return new ServiceBusError('amqp:not-found', `The messaging entity '${path}' could not be found.`);
}

export function messageNotFound(what: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:message-not-found', what);
}

export function messageTooLarge(bytes: number, limit: number): ServiceBusError {
  return new ServiceBusError(
    'amqp:link:message-size-exceeded',
    `The received message (size: ${bytes} bytes) exceeds the limit (${limit} bytes) currently allowed on the link.`,
  );
}

export function notAllowed(what: string): ServiceBusError {
  return new ServiceBusError('amqp:not-allowed', what);
}

export function notImplemented(what: string): ServiceBusError {
  return new ServiceBusError('amqp:not-implemented', what);
}

export function badArgument(what: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:argument-error', what);
}

export function alreadyExists(path: string): ServiceBusError {
  return new ServiceBusError('com.microsoft:entity-already-exists', `The messaging entity '${path}' already exists.`);
}

export function timedOut(): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:timeout',
    'The operation did not complete within the allocated time. No session became available.',
  );
}
