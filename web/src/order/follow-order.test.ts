import type { AnyEvent } from '@valerix/contracts/events';
import type { OrderDetails } from '@valerix/contracts/order-api';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Answer } from '../app/call.ts';
import { followOrder, type PushListener } from './follow-order.ts';
import { sampleOrder, sampleOrderId } from './sample-order.ts';

const waiting = sampleOrder(['pending', 'pending_verification']);
const recovered = sampleOrder(['pending', 'pending_verification', 'confirmed']);
const cancelled = sampleOrder(['pending', 'pending_verification', 'confirmed', 'cancelled']);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

const notFound: Answer<never> = {
  kind: 'problem',
  problem: { status: 404, code: 'order_not_found', detail: null, orderId: null, retryAfterMs: null },
};

const cancellation = (orderVersion: number): AnyEvent => ({
  eventType: 'OrderCancelled',
  eventId: crypto.randomUUID(),
  timestamp: '2026-01-05T09:30:00.000Z',
  data: { orderId: sampleOrderId, orderVersion, customerId: null, items: [], status: 'cancelled' },
});

async function follow(first: OrderDetails | Answer<never>) {
  let now: Answer<OrderDetails> = 'kind' in first ? first : { kind: 'answered', body: first };
  let push: PushListener | undefined;
  const seen = { asked: 0, opened: 0, closed: 0 };
  const follower = followOrder(sampleOrderId, {
    api: {
      async order() {
        seen.asked += 1;
        return now;
      },
    },
    openPush(_orderId, listener) {
      push = listener;
      seen.opened += 1;
      return () => {
        seen.closed += 1;
      };
    },
  });
  await seconds(0);
  return {
    follower,
    seen,
    become(order: OrderDetails | Answer<never>) {
      now = 'kind' in order ? order : { kind: 'answered', body: order };
    },
    async channel(state: 'live' | 'down') {
      push?.channelIs(state);
      await seconds(0);
    },
    async hear({ orderVersion }: OrderDetails) {
      push?.heard([cancellation(orderVersion)]);
      await seconds(0);
    },
    status: () => follower.state.get().known.order?.status,
  };
}

test('without push an unsettled order is asked for every 2 seconds until it settles', async () => {
  const { seen, become, channel, status } = await follow(waiting);
  await channel('down');
  await seconds(4);
  expect(seen.asked).toBe(3);
  become(recovered);
  await seconds(2);
  expect([status(), seen.asked]).toEqual(['confirmed', 4]);
  await seconds(60);
  expect(seen.asked).toBe(4);
});

test('polling gives up after 30 times, says so, and takes new heart when it is asked to', async () => {
  const { follower, seen } = await follow(waiting);
  await seconds(120);
  expect([seen.asked, follower.state.get().tired]).toEqual([31, true]);
  follower.refresh();
  await seconds(4);
  expect([seen.asked, follower.state.get().tired]).toEqual([34, false]);
});

test('a newer event brings the whole order at once, an old one asks for nothing', async () => {
  const { seen, become, channel, hear, status } = await follow(waiting);
  await channel('live');
  const before = seen.asked;
  await hear(waiting);
  expect(seen.asked).toBe(before);
  become(recovered);
  await hear(recovered);
  expect([status(), seen.asked]).toEqual(['confirmed', before + 1]);
});

test('opening the channel asks once more, for what happened before anybody listened', async () => {
  const { become, channel, status } = await follow(waiting);
  become(recovered);
  await channel('live');
  expect(status()).toBe('confirmed');
});

test('a channel that is open and silent does not keep an unsettled order waiting', async () => {
  const { become, channel, status } = await follow(waiting);
  await channel('live');
  become(recovered);
  await seconds(5);
  expect(status()).toBe('pending_verification');
  await seconds(1);
  expect(status()).toBe('confirmed');
});

test('an event that comes while the order is being fetched is not lost', async () => {
  let answer: ((order: OrderDetails) => void) | undefined;
  let push: PushListener | undefined;
  const follower = followOrder(sampleOrderId, {
    api: {
      order: () =>
        new Promise((resolve) => {
          answer = (body) => resolve({ kind: 'answered', body });
        }),
    },
    openPush(_orderId, listener) {
      push = listener;
      return () => {};
    },
  });
  answer?.(waiting);
  await seconds(0);
  push?.channelIs('live');
  push?.heard([cancellation(3)]);
  answer?.(waiting);
  await seconds(0);
  answer?.(recovered);
  await seconds(0);
  expect(follower.state.get().known.order?.status).toBe('confirmed');
  follower.stop();
});

test('when the order can change no more, the channel is closed', async () => {
  const { seen, become, channel, hear, status } = await follow(recovered);
  await channel('live');
  expect(seen.opened - seen.closed).toBe(1);
  become(cancelled);
  await hear(cancelled);
  expect([status(), seen.opened - seen.closed]).toEqual(['cancelled', 0]);
});

test('an unknown order is asked for once and opens no channel', async () => {
  const { seen, follower } = await follow(notFound);
  await seconds(60);
  expect([seen.asked, seen.opened]).toEqual([1, 0]);
  expect(follower.state.get().trouble).toMatchObject({ code: 'order_not_found' });
});

test('a service that is away is asked again, not before it wants to be, and the order stays on the page', async () => {
  const { seen, become, channel, status, follower } = await follow(waiting);
  await channel('down');
  become({ kind: 'problem', problem: { ...problemOf(503), retryAfterMs: 7000 } });
  await seconds(2);
  expect(follower.state.get().trouble).toMatchObject({ status: 503 });
  const asked = seen.asked;
  await seconds(6);
  expect([seen.asked, status()]).toEqual([asked, 'pending_verification']);
  become(recovered);
  await seconds(1);
  expect([status(), follower.state.get().trouble]).toEqual(['confirmed', null]);
});

test('after it is stopped it asks no more', async () => {
  const { follower, seen } = await follow(waiting);
  follower.stop();
  await seconds(60);
  expect([seen.asked, seen.closed]).toEqual([1, 1]);
});

const problemOf = (status: number) => ({
  status,
  code: 'temporarily_unavailable',
  detail: null,
  orderId: null,
  retryAfterMs: null,
});
