import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ShopApi } from '../app/shop-api.ts';
import { makeProductWatch } from './watch-products.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

function open() {
  let answer: Awaited<ReturnType<ShopApi['products']>> = { kind: 'answered', body: { products: [] } };
  let visible = true;
  let changed = () => {};
  const seen = { asked: 0 };
  const attention = {
    isVisible: () => visible,
    onChange(listener: () => void) {
      changed = listener;
      return () => {};
    },
  };
  const watch = makeProductWatch(
    {
      async products() {
        seen.asked += 1;
        return answer;
      },
    },
    attention,
  );
  return {
    watch,
    seen,
    become(next: typeof answer) {
      answer = next;
    },
    look(looking: boolean) {
      visible = looking;
      changed();
    },
  };
}

test('the products are asked for at once and then every 5 seconds, however many watch', async () => {
  const { watch, seen } = open();
  watch.watch();
  watch.watch();
  await seconds(0);
  expect(seen.asked).toBe(1);
  await seconds(10);
  expect(seen.asked).toBe(3);
});

test('nobody is asked while nobody looks, and at once when they look again', async () => {
  const { watch, seen, look } = open();
  watch.watch();
  await seconds(0);
  look(false);
  await seconds(60);
  expect(seen.asked).toBe(1);
  look(true);
  await seconds(0);
  expect(seen.asked).toBe(2);
});

test('looking away for a moment does not ask more often', async () => {
  const { watch, seen, look } = open();
  watch.watch();
  await seconds(1);
  look(false);
  look(true);
  await seconds(3);
  expect(seen.asked).toBe(1);
});

test('when the last one stops to watch, nobody is asked any more', async () => {
  const { watch, seen } = open();
  const stops = [watch.watch(), watch.watch()];
  await seconds(0);
  for (const stop of stops) stop();
  await seconds(60);
  expect(seen.asked).toBe(1);
});

test('a service that is away keeps what was known on the page, and is asked less and less often', async () => {
  const { watch, seen, become } = open();
  watch.watch();
  await seconds(0);
  become({ kind: 'unreachable' });
  await seconds(5);
  expect(watch.catalogue.get()).toMatchObject({ products: [], trouble: { why: 'unreachable' } });
  await seconds(5);
  expect(seen.asked).toBe(3);
  await seconds(9);
  expect(seen.asked).toBe(3);
  become({ kind: 'answered', body: { products: [] } });
  await seconds(1);
  expect(watch.catalogue.get().trouble).toBeNull();
});

test('Retry-After is respected', async () => {
  const { watch, seen, become } = open();
  const problem = { status: 503, code: 'temporarily_unavailable', detail: null, orderId: null, retryAfterMs: 20_000 };
  become({ kind: 'problem', problem });
  watch.watch();
  await seconds(19);
  expect(seen.asked).toBe(1);
  await seconds(1);
  expect(seen.asked).toBe(2);
});
