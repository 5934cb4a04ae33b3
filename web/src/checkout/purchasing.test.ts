import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Answer } from '../app/call.ts';
import type { ShopApi } from '../app/shop-api.ts';
import { makeStore } from '../app/store.ts';
import type { Cart } from '../cart/cart.ts';
import type { Purchase } from './purchase.ts';
import { makePurchasing } from './purchasing.ts';

type PlaceAnswer = Awaited<ReturnType<ShopApi['placeOrder']>>;

const beans: Cart = [{ productId: 'beans', quantity: 2 }];
const orderOf = (orderId: string, status = 'confirmed') =>
  ({ kind: 'answered', body: { orderId, status } }) as unknown as PlaceAnswer;
const unavailable = (retryAfterMs: number): Answer<never> => ({
  kind: 'problem',
  problem: { status: 503, code: 'order_not_recorded', detail: null, orderId: null, retryAfterMs },
});

beforeEach(() => {
  keys = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

let keys = 0;
/** A browser tab: what it stores can be handed to the next one, as a reload does. */
function openTab(
  stored: { open: Purchase | null; cart: Cart } = { open: null, cart: beans },
  intended = makeStore<Purchase | null>(null),
) {
  const open = makeStore<Purchase | null>(stored.open);
  const cart = makeStore<Cart>(stored.cart);
  const sent: { key: string; items: Cart; answer: (answer: PlaceAnswer) => Promise<void> }[] = [];
  const orders: string[] = [];
  const purchasing = makePurchasing({
    api: {
      placeOrder: (items, key) =>
        new Promise((resolve) => {
          const answer = async (given: PlaceAnswer) => {
            resolve(given);
            await vi.advanceTimersByTimeAsync(0);
          };
          sent.push({ key, items, answer });
        }),
    },
    open,
    intended,
    cart,
    newKey: () => `key-${++keys}`,
    now: Date.now,
    ordered: (orderId) => orders.push(orderId),
  });
  return { purchasing, open, intended, cart, sent, orders };
}

test('a double click sends one request', () => {
  const { purchasing, sent } = openTab();
  purchasing.buy(beans);
  purchasing.buy(beans);
  expect(sent).toHaveLength(1);
});

test('a purchase is written down before it is sent, so that a reload asks again with the same key', async () => {
  const first = openTab();
  first.purchasing.buy(beans);
  const second = openTab({ open: first.open.get(), cart: first.cart.get() });
  second.purchasing.askAgain();
  expect(second.sent.map(({ key }) => key)).toEqual(['key-1']);
  await second.sent[0]?.answer(orderOf('a'));
  expect(second.purchasing.progress.get()).toEqual({ kind: 'ordered', orderId: 'a', failed: false });
});

test('two tabs that are clicked before either can hear of the other make one order', () => {
  const first = openTab();
  first.purchasing.prepare(beans);
  // What was stored before the clicks has reached the other tab; what is stored by them has not.
  const second = openTab({ open: null, cart: beans }, makeStore(first.intended.get()));
  second.purchasing.prepare(beans);
  first.purchasing.buy(beans);
  second.purchasing.buy(beans);
  expect([first.sent[0]?.key, second.sent[0]?.key]).toEqual(['key-1', 'key-1']);
});

test('the next order of the same content has a key of its own', async () => {
  const { purchasing, sent } = openTab();
  purchasing.prepare(beans);
  purchasing.buy(beans);
  await sent[0]?.answer(orderOf('a', 'failed'));
  purchasing.prepare(beans);
  purchasing.buy(beans);
  expect(sent.map(({ key }) => key)).toEqual(['key-1', 'key-2']);
});

test('a confirmed order empties the cart, is noted down and ends the purchase', async () => {
  const { purchasing, sent, open, cart, orders } = openTab();
  purchasing.buy(beans);
  await sent[0]?.answer(orderOf('a'));
  expect([cart.get(), open.get(), orders]).toEqual([[], null, ['a']]);
  purchasing.buy(beans);
  expect(sent[1]?.key).toBe('key-2');
});

test('an order that the warehouse refused is noted down and leaves the cart as it is', async () => {
  const { purchasing, sent, cart, orders } = openTab();
  purchasing.buy(beans);
  await sent[0]?.answer(orderOf('a', 'failed'));
  expect([cart.get(), orders]).toEqual([beans, ['a']]);
  expect(purchasing.progress.get()).toEqual({ kind: 'ordered', orderId: 'a', failed: true });
});

test('after a 503 the same key is sent again, not before the service wants it', async () => {
  const { purchasing, sent } = openTab();
  purchasing.buy(beans);
  await sent[0]?.answer(unavailable(4000));
  expect(purchasing.progress.get()).toMatchObject({ kind: 'waiting', why: 'unavailable', until: Date.now() + 4000 });
  await vi.advanceTimersByTimeAsync(3999);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent.map(({ key }) => key)).toEqual(['key-1', 'key-1']);
});

test('after six questions without an answer the shopper decides, and the key still stands', async () => {
  const { purchasing, sent, open } = openTab();
  purchasing.buy(beans);
  for (let asks = 1; asks <= 6; asks += 1) {
    await sent.at(-1)?.answer({ kind: 'unreachable' });
    await vi.advanceTimersByTimeAsync(15_000);
  }
  expect(sent).toHaveLength(6);
  expect(purchasing.progress.get()).toMatchObject({ kind: 'waiting', until: null });
  purchasing.askAgain();
  expect(sent.at(-1)?.key).toBe('key-1');
  expect(open.get()?.key).toBe('key-1');
});

test('a changed cart gets a new key; the late answer about the old one is noted and changes nothing else', async () => {
  const { purchasing, sent, open, cart, orders } = openTab();
  purchasing.buy(beans);
  const changed: Cart = [...beans, { productId: 'kettle', quantity: 1 }];
  cart.set(changed);
  purchasing.buy(changed);
  expect(sent.map(({ key }) => key)).toEqual(['key-1', 'key-2']);
  await sent[0]?.answer(orderOf('a'));
  expect(orders).toEqual(['a']);
  expect(open.get()?.key).toBe('key-2');
  expect(purchasing.progress.get().kind).toBe('sending');
});

test('when another tab has heard the answer first, this one shows it as well and leaves the cart alone', async () => {
  const { purchasing, sent, open, cart, orders } = openTab();
  purchasing.buy(beans);
  open.set(null);
  const refilled: Cart = [{ productId: 'beans', quantity: 1 }];
  cart.set(refilled);
  await sent[0]?.answer(orderOf('a'));
  expect(purchasing.progress.get()).toEqual({ kind: 'ordered', orderId: 'a', failed: false });
  expect([cart.get(), orders]).toEqual([refilled, ['a']]);
});

test('a forgotten purchase is not sent again', async () => {
  const { purchasing, sent } = openTab();
  purchasing.buy(beans);
  await sent[0]?.answer({ kind: 'unreachable' });
  purchasing.forget();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(1);
  expect(purchasing.progress.get()).toEqual({ kind: 'idle' });
});

test('a purchase from another day is dropped when the shop opens', () => {
  const old = { key: 'old', items: beans, begunAt: Date.now() - 21 * 60 * 60 * 1000 };
  expect(openTab({ open: old, cart: beans }).open.get()).toBeNull();
});
