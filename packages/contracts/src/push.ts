import { z } from 'zod';
import { type AnyEvent, type EventType, parseEvent } from './events.ts';

/** The Web PubSub hub of the whole system. */
export const pushHub = 'valerix';

/** Hears every event of the three topics. */
export const operatorsGroup = 'operators';

/** Hears what becomes of one order. */
export const orderGroup = (orderId: string): string => `order-${orderId.toLowerCase()}`;

/**
 * What the shopper of an order hears about it: each change that the answer to the order could not tell yet, and
 * `OrderVerified`, which says that an order was recovered even where it was confirmed a moment before.
 */
export const shopperEventTypes = [
  'OrderPendingVerification',
  'OrderConfirmed',
  'OrderFailed',
  'OrderCancelled',
  'OrderShipped',
  'OrderVerified',
] as const satisfies readonly EventType[];

/** What a client receives: events as they went over the topics. */
export const pushMessage = z.object({ events: z.array(z.unknown()) });

/**
 * The events of a push message. What this reader cannot understand is left out, so that an old page and a new service
 * get along; a reader's snapshot tells what it missed.
 */
export function eventsOf(message: unknown): AnyEvent[] {
  const parsed = pushMessage.safeParse(message);
  if (!parsed.success) return [];
  return parsed.data.events.flatMap((body) => {
    const event = parseEvent(body);
    return event.kind === 'event' ? [event.event] : [];
  });
}

/** The answer of both negotiate endpoints: where to connect, and until when that address opens a connection. */
export const negotiation = z.object({ url: z.url({ protocol: /^wss?$/ }), expiresAt: z.iso.datetime() });
export type Negotiation = z.infer<typeof negotiation>;
