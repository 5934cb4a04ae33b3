import { orderPage } from '@valerix/contracts/order-api';
import type { Caller } from '../live/service-calls.ts';

/** Orders without an outcome yet. */
export interface Pending {
  readonly count: number;
  /** When the oldest of them was placed, by the service's clock. */
  readonly oldestAt: number | undefined;
  /** There are more than were counted, and older ones. */
  readonly more: boolean;
}

const PAGES_AT_MOST = 5;

/** Pages go newest first, so the oldest is the last one; a bounded number of pages is read. */
export async function readPending(call: Caller): Promise<Pending> {
  let count = 0;
  let oldestAt: number | undefined;
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_AT_MOST; page += 1) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await call({
      service: 'order',
      path: `/api/orders?status=pending,pending_verification&limit=100${query}`,
      schema: orderPage,
    });
    count += answer.orders.length;
    const last = answer.orders.at(-1);
    if (last !== undefined) oldestAt = Date.parse(last.createdAt);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return { count, oldestAt, more: cursor !== null };
}
