import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeStore } from '../app/store.ts';
import { sampleOrder } from '../order/sample-order.ts';
import { type MyOrder, noOrders, noteOrder } from './my-orders.ts';
import { type Seen, watchOrders } from './watch-orders.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('orders are noted newest first, each once, and the oldest of more than fifty goes', () => {
  const orders = makeStore<readonly MyOrder[]>(noOrders);
  for (let index = 0; index < 51; index += 1) noteOrder(orders, `order-${index}`, index);
  noteOrder(orders, 'order-50', 99);
  expect(orders.get()).toHaveLength(50);
  expect(orders.get()[0]).toEqual({ orderId: 'order-50', placedAt: 50 });
  expect(orders.get().at(-1)?.orderId).toBe('order-1');
});

test('a final order is asked for once, an unsettled one soon again, and never more than four at a time', async () => {
  const statuses: Record<string, 'shipped' | 'pending_verification'> = { a: 'pending_verification' };
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const asked: string[] = [];
  let underway = 0;
  let most = 0;
  const seen = makeStore<ReadonlyMap<string, Seen>>(new Map());
  const stop = watchOrders(
    ids,
    seen,
    {
      async order(orderId) {
        asked.push(orderId);
        underway += 1;
        most = Math.max(most, underway);
        await new Promise((resolve) => setTimeout(resolve, 10));
        underway -= 1;
        return { kind: 'answered', body: sampleOrder(['pending', statuses[orderId] ?? 'shipped']) };
      },
    },
    { isVisible: () => true, onChange: () => () => {} },
  );
  await vi.advanceTimersByTimeAsync(100);
  expect([asked.toSorted(), most]).toEqual([ids, 4]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(asked.slice(ids.length)).toEqual(['a']);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(ids.length + 1);
});
