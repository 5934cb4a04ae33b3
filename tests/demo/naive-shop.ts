/**
 * The shop with recovery switched off: no queue, no idempotency, no retry, no record before the stock is asked for. It
 * exists in this demonstration only; nothing that is deployed can be switched to work this way.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeInventoryClient } from '../../functions-order/src/inventory/inventory-client.ts';
import { openDiary } from './diary.ts';
import { type Shop, type Shopper, wordsOf } from './shoppers.ts';

export interface NaiveShop {
  readonly visit: Shop;
  close(): void;
}

/** What many clients have: long enough to look hung, and the only bound. */
const CLIENT_TIMEOUT_MS = 5_000;

/**
 * Asks the warehouse directly. A call that breaks is an error message, whatever the warehouse did meanwhile; each further
 * click is a new order. An order is known only once the answer has arrived.
 */
export function makeNaiveShop(grpcUrl: string, products: readonly string[]): NaiveShop {
  const client = makeInventoryClient(grpcUrl);

  const reserve = async (orderId: string, { wishes }: Shopper): Promise<'confirmed' | 'refused' | Error> => {
    const lines = wishes.map(({ product, quantity }) => ({ productId: products[product] ?? '', quantity }));
    const deadline = Date.now() + CLIENT_TIMEOUT_MS;
    return client.reserveStock({ orderId, productId: '', quantity: 0, lines }, { deadline }).then(
      ({ success }) => (success ? 'confirmed' : 'refused'),
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
  };

  const visit: Shop = async (shopper) => {
    const diary = openDiary(shopper);
    const orderIds: string[] = [];
    for (const pauseMs of [...shopper.pausesMs, undefined]) {
      const orderId = randomUUID();
      orderIds.push(orderId);
      diary.note('shopper', orderIds.length === 1 ? `orders ${wordsOf(shopper)}` : 'orders again, as a new order');
      const answer = await diary.waitFor(reserve(orderId, shopper));
      if (answer === 'confirmed' || answer === 'refused') {
        diary.note('shop', answer === 'confirmed' ? 'says: bought' : 'says: not in stock');
        return diary.close(answer, orderIds);
      }
      diary.note('shop', `says: failed, try again (${answer.message})`);
      if (pauseMs !== undefined) await sleep(pauseMs);
    }
    diary.note('shopper', 'gives up and goes');
    return diary.close('failed', orderIds);
  };
  return { visit, close: () => client.close() };
}
