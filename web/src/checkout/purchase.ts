import { idempotencyKey } from '@valerix/contracts/order-api';
import { z } from 'zod';
import type { Answer, ServiceProblem } from '../app/call.ts';
import { type Cart, cartSchema, isSameOrder } from '../cart/cart.ts';

/**
 * An order that the shopper has asked for and that is not answered yet. It is written down before it is sent, so that
 * whatever happens in between, a second click or a reload, asks again with the same key and makes the same order.
 */
export const purchaseSchema = z.object({ key: idempotencyKey, items: cartSchema, begunAt: z.number() });
export type Purchase = z.infer<typeof purchaseSchema>;

/** The service remembers a key for 24 hours; past this age asking again could make a second order. */
const KEY_LIFETIME_MS = 20 * 60 * 60 * 1000;

/** As long as this after the click, a reload goes on by itself; later the shopper is asked. */
const RESUME_WITHIN_MS = 10 * 60 * 1000;

export const isOutdated = ({ begunAt }: Purchase, now: number): boolean => now - begunAt >= KEY_LIFETIME_MS;

/** Whether a page that finds this purchase goes on with it unasked. */
export const resumesUnasked = (purchase: Purchase, cart: Cart, now: number): boolean =>
  isSameOrder(purchase.items, cart) && now - purchase.begunAt < RESUME_WITHIN_MS;

/** The purchase of a cart: the one that is open, if it is for the same content, else a new one with a key of its own. */
export function purchaseOf(cart: Cart, open: Purchase | null, now: number, newKey: () => string): Purchase {
  if (open !== null && isSameOrder(open.items, cart) && !isOutdated(open, now)) return open;
  return { key: newKey(), items: cart, begunAt: now };
}

export type Meaning =
  /** There is an order; `failed` if the warehouse refused it at once. Final. */
  | { readonly kind: 'ordered'; readonly orderId: string; readonly failed: boolean }
  /** There is no order, and the same request will never make one. Final. */
  | { readonly kind: 'refused'; readonly problem: ServiceProblem }
  /** Ask again with the same key. */
  | { readonly kind: 'ask_again'; readonly why: Delay; readonly afterMs: number | null };

export type Delay = 'unreachable' | 'busy' | 'unavailable';

/** What an answer to `POST /api/orders` means for the purchase. */
export function meaningOf(answer: Answer<{ orderId: string; status: string }>): Meaning {
  switch (answer.kind) {
    case 'unreachable':
      return { kind: 'ask_again', why: 'unreachable', afterMs: null };
    case 'answered':
      return { kind: 'ordered', orderId: answer.body.orderId, failed: answer.body.status === 'failed' };
    case 'problem': {
      const { status, orderId, retryAfterMs } = answer.problem;
      if (status === 429) return { kind: 'ask_again', why: 'busy', afterMs: retryAfterMs };
      // An answer that cannot be read says nothing about the order, and a server error may hide one.
      if (status >= 500 || status === 408 || status < 400) {
        return { kind: 'ask_again', why: 'unavailable', afterMs: retryAfterMs };
      }
      // Such as insufficient_stock: the order is kept, as failed.
      if (orderId !== null) return { kind: 'ordered', orderId, failed: true };
      return { kind: 'refused', problem: answer.problem };
    }
  }
}

const ASKS_MAX = 6;
const FIRST_PAUSE_MS = 1000;
const PAUSE_MAX_MS = 15_000;

/** How long to wait before the purchase is sent again, or null when the shopper has to decide; `asks` were made so far. */
export function pauseBefore(asks: number, afterMs: number | null): number | null {
  if (asks >= ASKS_MAX) return null;
  return Math.max(afterMs ?? 0, Math.min(PAUSE_MAX_MS, FIRST_PAUSE_MS * 2 ** (asks - 1)));
}
