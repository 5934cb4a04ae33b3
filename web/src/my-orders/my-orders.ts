import { z } from 'zod';
import type { Store } from '../app/store.ts';

/** An order that was placed with this browser. */
const myOrderSchema = z.object({ orderId: z.uuid(), placedAt: z.number() });
export type MyOrder = z.infer<typeof myOrderSchema>;

const KEPT_MAX = 50;

export const myOrdersSchema = z.array(myOrderSchema).max(KEPT_MAX);
export const noOrders: readonly MyOrder[] = [];

/** Notes an order down, newest first; one that is known already keeps its place. */
export function noteOrder(orders: Store<readonly MyOrder[]>, orderId: string, placedAt: number): void {
  const known = orders.get();
  if (known.some((order) => order.orderId === orderId)) return;
  orders.set([{ orderId, placedAt }, ...known].slice(0, KEPT_MAX));
}
