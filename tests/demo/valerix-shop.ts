import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoints } from '../../local/endpoints.ts';
import type { ToldOrder } from '../system/promises.ts';
import { type Answer, makeShop } from '../system/shop.ts';
import { openDiary } from './diary.ts';
import { type Shop, type Shopper, type Visit, wordsOf } from './shoppers.ts';

export interface ValerixShop {
  readonly visit: Shop;
  /** Every answer to a request to order, for the promises' check. */
  readonly told: readonly ToldOrder[];
}

/** A browser's patience; nothing here may take that long. */
const HUNG_MS = 15_000;

/** The shop as built: `POST /api/orders` with an idempotency key, which every further click of the shopper repeats. */
export function makeValerixShop(endpoints: Endpoints, products: readonly string[]): ValerixShop {
  const shop = makeShop(endpoints);
  const told: ToldOrder[] = [];

  const ask = async (key: string, { wishes }: Shopper): Promise<Answer | undefined> => {
    const items = wishes.map(({ product, quantity }) => ({ productId: products[product], quantity }));
    const hung = sleep(HUNG_MS, undefined, { ref: false });
    const answer = await Promise.race([shop.order({ items }, { 'idempotency-key': key }), hung]).catch(() => undefined);
    const orderId = typeof answer?.body.orderId === 'string' ? answer.body.orderId : undefined;
    told.push({ key, status: answer?.status ?? 'no answer', orderId });
    return answer;
  };

  const visit: Shop = async (shopper) => {
    const diary = openDiary(shopper);
    const key = `shopper-${shopper.number}`;
    const orderIds = new Set<string>();
    for (const pauseMs of [...shopper.pausesMs, undefined]) {
      diary.note('shopper', orderIds.size === 0 ? `orders ${wordsOf(shopper)}` : 'repeats the order, with its key');
      const heard = await diary.waitFor(ask(key, shopper));
      if (typeof heard?.body.orderId === 'string') orderIds.add(heard.body.orderId);
      const answer = heard && meaningOf(heard);
      diary.note('shop', heard ? `answers ${heard.status} ${wordOf(heard)}` : 'does not answer');
      if (answer !== undefined) return diary.close(answer, [...orderIds]);
      if (pauseMs !== undefined) await sleep(pauseMs);
    }
    return diary.close('failed', [...orderIds]);
  };
  return { visit, told };
}

function meaningOf({ status, body }: Answer): Visit['answer'] | undefined {
  if (status === 201 || (status === 200 && body.status === 'confirmed')) return 'confirmed';
  if (status === 200 || status === 202) return 'accepted';
  // Told to come back in a moment: nothing was recorded.
  if (status === 429) return undefined;
  return status < 500 ? 'refused' : undefined;
}

const wordOf = ({ body }: Answer): string => String(body.orderStatus ?? body.code ?? body.status ?? '');
