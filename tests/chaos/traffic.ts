import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from '../system/shop.ts';
import { between, derivedSeed, pick, type Random, seededRandom } from './random.ts';
import type { Told } from './told.ts';

export interface TrafficOptions {
  /** Where the Order service can be reached; a shopper takes any of them for any request. */
  readonly orderUrls: readonly string[];
  readonly operatorKey: string;
  readonly products: readonly string[];
  readonly orders: number;
  readonly concurrency: number;
  readonly seed: number;
  /** About how long all orders take, so that faults that last have orders to meet. */
  readonly seconds: number;
  /** While it says so, shoppers go on ordering beyond `orders`. */
  readonly goOn?: () => boolean;
}

/** Shoppers at work. */
export interface Shopping {
  /** Everything they were told so far. */
  readonly told: readonly Told[];
  /** Resolves once this share of the orders, from 0 to 1, was answered, or all shoppers have left. */
  reached(share: number): Promise<void>;
  /** Resolves once all shoppers have left. */
  readonly over: Promise<void>;
}

const PATIENCE_MS = 15_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** A browser would have given up; nothing here may take that long. */
const HUNG_MS = 15_000;

/** Who a shopper is and how they behave; the same for the same seed and number, whatever the others do. */
interface Shopper {
  readonly random: Random;
  readonly key: string;
  readonly customerId: string;
  readonly isKeyed: boolean;
}

/**
 * Shoppers that order one to three products, most with an idempotency key. With it, they try again for 15 s with growing
 * pauses, as a browser would; without it, only when they were told that nothing was recorded. Some click twice, some
 * change their minds, some orders are shipped, some cancelled and shipped at the same moment, some only looked at.
 */
export function goShopping(options: TrafficOptions): Shopping {
  const { orderUrls, operatorKey, orders, concurrency, seed, seconds, goOn = () => false } = options;
  const told: Told[] = [];
  const waiting: { share: number; resolve: () => void }[] = [];
  let begun = 0;
  let answered = 0;

  const note = (share: number) => {
    for (const waiter of waiting.filter((each) => each.share <= share)) waiter.resolve();
  };
  const meanPauseMs = (seconds * 1000 * concurrency) / orders;

  const call = async (shopper: Shopper, act: Told['act'], path: string, body?: unknown, orderId?: string) => {
    const { key, customerId, isKeyed, random } = shopper;
    const startedAt = performance.now();
    const headers: Record<string, string> = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(act === 'order' && isKeyed && { 'idempotency-key': key }),
      ...(act === 'ship' && { 'x-functions-key': operatorKey }),
    };
    const answer = await request<{ orderId?: string; status?: unknown; orderStatus?: string; code?: string }>(
      `${pick(random, orderUrls)}${path}`,
      {
        method: act === 'ask' ? 'GET' : 'POST',
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(HUNG_MS),
      },
    ).catch((error: unknown) => error);
    const ms = performance.now() - startedAt;
    const about = { act, key, customerId, isKeyed, ms };
    if (answer instanceof Error || answer === null || typeof answer !== 'object' || !('body' in answer)) {
      const isHung = answer instanceof Error && answer.name === 'TimeoutError';
      const status = isHung ? ('hung' as const) : ('no answer' as const);
      const silent: Told = { ...about, status, orderId, orderStatus: undefined, code: undefined };
      told.push(silent);
      return silent;
    }
    const { status, body: said } = answer as Awaited<ReturnType<typeof request<Record<string, unknown>>>>;
    const word = (value: unknown) => (typeof value === 'string' ? value : undefined);
    const heard: Told = {
      ...about,
      status,
      orderId: word(said.orderId) ?? orderId,
      orderStatus: word(said.orderStatus) ?? word(said.status),
      code: word(said.code),
    };
    told.push(heard);
    return heard;
  };

  /** Repeats what is safe to repeat until it got an answer, or for as long as people wait. */
  const insist = async (attempt: () => Promise<Told>, isOver: (heard: Told) => boolean): Promise<Told> => {
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const heard = await attempt();
      if (isOver(heard) || performance.now() + pause > giveUpAt) return heard;
      await sleep(pause);
    }
  };
  const isAnswered = ({ status }: Told) => typeof status === 'number' && status < 500 && status !== 429;

  const order = async (shopper: Shopper): Promise<Told> => {
    const items = basket(options.products, shopper.random);
    if (shopper.isKeyed) {
      const attempt = () => call(shopper, 'order', '/api/orders', { customerId: shopper.customerId, items });
      const isImpatient = shopper.random() < 0.08;
      const [heard] = await Promise.all([insist(attempt, isAnswered), isImpatient && insist(attempt, isAnswered)]);
      return heard;
    }
    // Each try is an order of its own, so each has a customer of its own by whom it is found again.
    const attempt = () => {
      const customerId = `${shopper.customerId.slice(0, 30)}-${randomUUID().slice(0, 8)}`;
      return call({ ...shopper, customerId, key: customerId }, 'order', '/api/orders', { customerId, items });
    };
    return insist(attempt, ({ status }) => status !== 503 && status !== 429);
  };

  const act = (shopper: Shopper, kind: 'cancel' | 'ship', orderId: string) =>
    insist(
      () => call(shopper, kind, `/api/orders/${orderId}/${kind}`, undefined, orderId),
      (heard) => isAnswered(heard) && heard.code !== 'order_in_progress',
    );
  const ask = (shopper: Shopper, orderId: string) => call(shopper, 'ask', `/api/orders/${orderId}`, undefined, orderId);

  const afterwards = async (shopper: Shopper, orderId: string): Promise<void> => {
    const mood = shopper.random();
    await sleep(between(shopper.random, 0, 300));
    if (mood < 0.15) await act(shopper, 'cancel', orderId);
    else if (mood < 0.3) await act(shopper, 'ship', orderId);
    else if (mood < 0.36) await Promise.all([act(shopper, 'cancel', orderId), act(shopper, 'ship', orderId)]);
    else if (mood < 0.5) for (let look = 0; look < 3; look++) await ask(shopper, orderId);
  };

  const visit = async (): Promise<void> => {
    while (begun < orders || (goOn() && begun < orders * 20)) {
      const number = begun;
      begun += 1;
      const random = seededRandom(derivedSeed(seed, 'shopper', number));
      const isKeyed = random() < 0.8;
      const shopper: Shopper = { random, isKeyed, key: randomUUID(), customerId: `c-${randomUUID()}`.slice(0, 40) };
      const heard = await order(shopper);
      answered += 1;
      note(answered / orders);
      if (heard.orderId !== undefined) await afterwards(shopper, heard.orderId);
      await sleep(between(random, 0, 2 * meanPauseMs));
    }
  };
  const over = Promise.all(Array.from({ length: concurrency }, visit)).then(() => note(Number.POSITIVE_INFINITY));

  return {
    told,
    over,
    reached: (share) =>
      answered / orders >= share ? Promise.resolve() : new Promise((resolve) => waiting.push({ share, resolve })),
  };
}

function basket(products: readonly string[], random: Random) {
  const lines = new Map<string, number>();
  const size = random() < 0.7 ? 1 : 2 + Math.floor(random() * 2);
  for (let line = 0; line < size; line++) lines.set(pick(random, products), 1 + Math.floor(random() * 2));
  return [...lines].map(([productId, quantity]) => ({ productId, quantity }));
}
