import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';

/** Renewed when this much of the lock is left, or half of a shorter lock. */
const MARGIN_MS = 10_000;
const RETRY_MS = 1000;

/**
 * Keeps a message locked while a function works on it, for at most `maximumMs` (negative: without end). The SDK's own
 * renewal is not used: it goes on after the function has ended when nothing settles the message, and confuses two
 * messages with one messageId.
 * @returns the function that ends the renewal.
 */
export function keepLocked(
  receiver: ServiceBusReceiver,
  message: ServiceBusReceivedMessage,
  maximumMs: number,
): () => void {
  if (maximumMs === 0) return () => {};
  const until = maximumMs < 0 ? Number.POSITIVE_INFINITY : Date.now() + maximumMs;
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;

  const schedule = (delayMs: number) => {
    if (!isEnded && Date.now() + delayMs < until) timer = setTimeout(renew, delayMs);
  };
  const scheduleFor = (lockedUntil: Date | undefined) => {
    const left = (lockedUntil?.getTime() ?? 0) - Date.now();
    if (left > 0) schedule(Math.max(left - Math.min(MARGIN_MS, left / 2), 0));
  };
  const renew = () => {
    receiver.renewMessageLock(message).then(scheduleFor, () => {
      // The broker may be restarting; once the lock is gone, settling says so.
      if ((message.lockedUntilUtc?.getTime() ?? 0) > Date.now()) schedule(RETRY_MS);
    });
  };
  scheduleFor(message.lockedUntilUtc);
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
