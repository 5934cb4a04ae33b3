import type { AnyEvent } from '@valerix/contracts/events';
import { expect, test } from 'vitest';
import { SECONDS_KEPT } from '../charts/seconds.ts';
import { ENTRIES_KEPT } from '../journal/journal.ts';
import { ORDERS_KEPT } from '../orders/orders.ts';
import { type BoardStore, makeBoardStore, PUBLISH_EVERY_MS, QUEUE_AT_MOST } from './board-store.ts';
import { makeEvent, makeId, NOON, orderEvent, reservedEvent, responseTime } from './events.fixture.ts';

/** A store whose clock stands still until it is moved. */
function storeWithClock(): { store: BoardStore; move: (ms: number) => void; scheduled: () => number } {
  let now = NOON;
  let work: { at: number; run: () => void }[] = [];
  const store = makeBoardStore({
    now: () => now,
    schedule(run, delayMs) {
      const entry = { at: now + delayMs, run };
      work.push(entry);
      return () => {
        work = work.filter((each) => each !== entry);
      };
    },
  });
  const move = (ms: number) => {
    const until = now + ms;
    for (;;) {
      const due = work.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      work = work.filter((each) => each !== due);
      now = Math.max(now, due.at);
      due.run();
    }
    now = until;
  };
  return { store, move, scheduled: () => work.length };
}

test('a thousand events a second are published four times a second', () => {
  const { store, move } = storeWithClock();
  let published = 0;
  store.subscribe(() => {
    published += 1;
  });
  for (let ms = 0; ms < 3_000; ms += 1) {
    store.receive([orderEvent(makeId(), 1, 'pending')]);
    move(1);
  }
  expect(published).toBeGreaterThanOrEqual(11);
  expect(published).toBeLessThanOrEqual(13);
});

test('after a quiet time an event is published at once', () => {
  const { store, move } = storeWithClock();
  move(10 * PUBLISH_EVERY_MS);
  store.receive([orderEvent(makeId(), 1, 'pending')]);
  move(0);
  expect(store.read().orders.cards.size).toBe(1);
});

test('an event that is delivered twice counts once', () => {
  const { store, move } = storeWithClock();
  const event = responseTime(NOON, { averageMs: 10, count: 8 });
  store.receive([event, event]);
  move(PUBLISH_EVERY_MS);
  store.receive([event]);
  move(PUBLISH_EVERY_MS);
  expect(store.read().traffic.total).toBe(1);
  expect(
    store
      .read()
      .seconds.buckets.get(NOON / 1_000)
      ?.get('order')?.count,
  ).toBe(8);
});

test('an answer is applied after the events that came before it', () => {
  const { store, move } = storeWithClock();
  let seen = 0;
  store.receive([orderEvent(makeId(), 1, 'pending')]);
  store.apply((board) => {
    seen = board.orders.cards.size;
    return board;
  });
  move(PUBLISH_EVERY_MS);
  expect(seen).toBe(1);
});

test('nobody is told when nothing changed', () => {
  const { store, move } = storeWithClock();
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  store.apply((board) => board);
  move(PUBLISH_EVERY_MS);
  expect(told).toBe(0);
});

test('a store that is closed publishes nothing more', () => {
  const { store, move, scheduled } = storeWithClock();
  store.subscribe(() => expect.unreachable('it is closed'));
  store.receive([orderEvent(makeId(), 1, 'pending')]);
  store.close();
  move(PUBLISH_EVERY_MS);
  expect(scheduled()).toBe(0);
});

test('300,000 events of every kind in five minutes leave bounded memory and a correct state', () => {
  const { store, move } = storeWithClock();
  const watched = makeId();
  let version = 0;
  for (let batch = 0; batch < 300_000 / 100; batch += 1) {
    const at = NOON + batch * 100;
    const events: AnyEvent[] = Array.from({ length: 94 }, () => orderEvent(makeId(), 1, 'pending', at));
    version += 1;
    events.push(reservedEvent('beans', version, 1_000_000 - version));
    events.push(orderEvent(watched, version, 'confirmed', at));
    events.push(responseTime(at, { averageMs: 20, count: 10, errors: 1 }));
    events.push(makeEvent('ErrorOccurred', { service: 'order', operation: 'o', code: `c${batch}`, count: 1 }, at));
    events.push(makeEvent('ChaosInjected', { service: 'grpc', fault: `f${batch}` }, at));
    events.push(makeEvent('HealthChanged', { service: 's', dependency: `d${batch}`, healthy: false }, at));
    store.receive(events);
    move(100);
  }
  move(PUBLISH_EVERY_MS);
  const board = store.read();
  expect(board.traffic.total).toBe(300_000);
  expect(board.orders.cards.size).toBe(ORDERS_KEPT);
  expect(board.orders.cards.get(watched)).toMatchObject({ status: 'confirmed', version });
  expect(Math.max(...[...board.orders.cards.values()].map(({ heard }) => heard.length))).toBeLessThanOrEqual(30);
  expect(board.stock.rows.get('beans')).toMatchObject({ version, stock: 1_000_000 - version });
  expect(board.seconds.buckets.size).toBeLessThanOrEqual(SECONDS_KEPT);
  // 100 ms a batch of 10 requests: 100 in each whole second.
  expect(board.seconds.buckets.get(NOON / 1_000 + 200)?.get('order')).toMatchObject({ count: 100, errors: 10 });
  expect(board.journal.length).toBe(ENTRIES_KEPT);
  expect(board.errors.size).toBeLessThanOrEqual(40);
  expect(board.chaos.injected.size).toBeLessThanOrEqual(20);
  expect(board.traffic.samples.length).toBeLessThanOrEqual(50);
});

test('while a hidden page publishes rarely, what waits is folded early', () => {
  const store = makeBoardStore({ now: () => NOON, schedule: () => () => {} });
  const events = Array.from({ length: QUEUE_AT_MOST }, () => orderEvent(makeId(), 1, 'pending'));
  store.receive(events);
  let cards = 0;
  // What is folded already is in the board that a change sees, published or not.
  store.apply((board) => {
    cards = board.orders.cards.size;
    return board;
  });
  expect(cards).toBe(ORDERS_KEPT);
  expect(store.read().orders.cards.size).toBe(0);
});
