import { randomUUID } from 'node:crypto';
import type { Answer, Shop } from '../system/shop.ts';
import { pick } from './random.ts';

/** What a shopper was told about an order, or that the connection broke. */
export interface Told {
  readonly key: string;
  readonly status: number | 'no answer';
  readonly orderId: string | undefined;
  readonly orderStatus: string | undefined;
  readonly ms: number;
}

export interface TrafficOptions {
  readonly shop: Shop;
  readonly products: readonly string[];
  readonly orders: number;
  readonly concurrency: number;
  readonly random: () => number;
  /** Called after each answer with how many there were, to strike in the middle. */
  readonly onAnswer?: (answered: number) => void;
}

const TRIES = 3;

/**
 * Shoppers that order one to three products, some of whom change their minds. A shopper whose connection breaks, or who is
 * asked to try again, tries again with the same idempotency key, as a browser would.
 */
export async function placeOrders(options: TrafficOptions): Promise<Told[]> {
  const { shop, orders, concurrency, random, onAnswer } = options;
  const told: Told[] = [];
  let begun = 0;

  const shopper = async (): Promise<void> => {
    while (begun < orders) {
      begun += 1;
      const body = { items: basket(options.products, random) };
      const changesMind = random() < 0.1;
      const key = randomUUID();
      const outcome = await orderWithRetries(shop, key, body, told);
      onAnswer?.(told.length);
      if (changesMind && outcome !== undefined) await shop.cancel(outcome).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, shopper));
  return told;
}

async function orderWithRetries(shop: Shop, key: string, body: unknown, told: Told[]): Promise<string | undefined> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const answer = await shop.order(body, { 'idempotency-key': key }).catch(() => undefined);
    told.push(record(key, answer));
    if (answer !== undefined && answer.status < 500) return answer.body.orderId as string | undefined;
  }
  return undefined;
}

function record(key: string, answer: Answer | undefined): Told {
  if (answer === undefined) return { key, status: 'no answer', orderId: undefined, orderStatus: undefined, ms: 0 };
  const { orderId, status } = answer.body as { orderId?: string; status?: string };
  return { key, status: answer.status, orderId, orderStatus: status, ms: answer.ms };
}

function basket(products: readonly string[], random: () => number) {
  const lines = new Map<string, number>();
  const size = random() < 0.7 ? 1 : 2 + Math.floor(random() * 2);
  for (let line = 0; line < size; line++) lines.set(pick(random, products), 1 + Math.floor(random() * 2));
  return [...lines].map(([productId, quantity]) => ({ productId, quantity }));
}
