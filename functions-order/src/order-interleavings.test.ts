import { randomUUID } from 'node:crypto';
import type { AnyEvent, ReservationFacts } from '@valerix/contracts/events';
import type { OrderStatus } from '@valerix/contracts/order';
import { MINUTE } from '@valerix/platform/durations';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrdersDatabase, openOrdersDatabase, quietLogger } from '../testing/orders-database.ts';
import { afterNoon, noon, recordingOutbox, reservationOf, sampleOrder, schedule } from '../testing/sample-orders.ts';
import { makeChangeOrder } from './change-order.ts';
import { decide } from './domain/decide.ts';
import type { Order } from './domain/order.ts';
import type { OrderInput } from './domain/order-input.ts';
import { isLegal } from './domain/transitions.ts';
import { makeSettleByEvents } from './settle-by-events.ts';
import { makeCreateOrder, orderIntent } from './store/create-orders.ts';
import { makeReadOrderWithHistory } from './store/order-history.ts';
import { makeReadOrder } from './store/read-orders.ts';
import { makeSweepOrders } from './sweep-orders.ts';

/** Events that an order can cause at most once in its life. */
const onceOnly = [
  'OrderCreated',
  'OrderPendingVerification',
  'OrderConfirmed',
  'OrderFailed',
  'OrderCancelled',
  'OrderShipped',
];

const reservation = reservationOf(sampleOrder());
const refusal = { reason: 'insufficient_stock', productId: 'lamp', availableStock: 0 } as const;
const anInput = fc.constantFrom<OrderInput>(
  { kind: 'reserved', reservation },
  { kind: 'refused', refusal },
  { kind: 'outcome_unknown', reason: 'grpc_timeout' },
  { kind: 'stock_reserved', reservation },
  { kind: 'verified', reservation, recoveredFromCrash: false },
  { kind: 'verified', reservation, recoveredFromCrash: true },
  { kind: 'verified_failed', refusal },
  { kind: 'check_due' },
  { kind: 'withdrawn' },
  { kind: 'cancel' },
  { kind: 'ship' },
);

test('however inputs meet, an order goes only where the law lets it and causes no event twice', () => {
  const WRITERS = 3;
  // A step lets one writer go on: first it reads, at its next step it writes what it decided on what it had read.
  const aStep = fc.record({ writer: fc.nat(WRITERS - 1), input: anInput, minutesLater: fc.constantFrom(0, 0, 1, 5) });
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 60 }), (steps) => {
      let stored = sampleOrder();
      let now = noon;
      const held: (Order | undefined)[] = Array(WRITERS).fill(undefined);
      const told: string[] = ['OrderCreated'];
      const path: OrderStatus[] = [stored.status];
      for (const { writer, input, minutesLater } of steps) {
        now = new Date(now.getTime() + minutesLater * MINUTE);
        const read = held[writer];
        held[writer] = read === undefined ? stored : undefined;
        if (read === undefined) continue;
        const decision = decide(read, input, { now, schedule });
        if (decision.kind !== 'transition' && decision.kind !== 'annotate') continue;
        // The guard of the statement that writes.
        if (read.version !== stored.version || read.checks !== stored.checks) continue;
        expect(decision.next.status === read.status || isLegal(read.status, decision.next.status)).toBe(true);
        expect(decision.next.version).toBe(read.version + (decision.next.status === read.status ? 0 : 1));
        stored = decision.next;
        if (path.at(-1) !== stored.status) path.push(stored.status);
        told.push(...decision.events.map(({ type }) => type));
      }
      for (const type of onceOnly) expect(told.filter((name) => name === type).length).toBeLessThanOrEqual(1);
      expect(told.filter((name) => name === 'VerifyOrder').length).toBeLessThanOrEqual(1 + schedule.askAtAgesMs.length);
      expect(stored.version).toBe(path.length);
    }),
    { numRuns: 2_000 },
  );
});

let orders: OrdersDatabase;
beforeAll(async () => {
  orders = await openOrdersDatabase('interleavings');
});
afterAll(() => orders.drop());

const heard = (orderId: string, input: OrderInput): AnyEvent | undefined => {
  const head = { eventId: randomUUID(), timestamp: noon.toISOString() };
  if (input.kind === 'stock_reserved')
    return { ...head, eventType: 'StockReserved', data: stockReserved(orderId, input.reservation) };
  if (input.kind === 'verified') {
    const { recoveredFromCrash } = input;
    const data = { orderId, status: 'confirmed', reservation: input.reservation, recoveredFromCrash } as const;
    return { ...head, eventType: 'OrderVerified', data };
  }
  if (input.kind !== 'verified_failed') return undefined;
  const data = { orderId, status: 'failed', reason: input.refusal.reason, recoveredFromCrash: false } as const;
  return { ...head, eventType: 'OrderVerified', data };
};
const stockReserved = (orderId: string, facts: ReservationFacts) => ({
  orderId,
  productId: 'lamp',
  quantity: 2,
  remainingStock: 1,
  stockVersion: 1,
  reservationId: facts.reservationId,
  reservation: facts,
});

test('the same holds for two instances at once on a real database', async () => {
  let now = noon;
  const database = orders.database;
  const outbox = recordingOutbox();
  const clock = { schedule, now: () => now, logger: quietLogger };
  const instances = [1, 2].map(() => ({
    change: makeChangeOrder({ database, outbox, readOrder: makeReadOrder(database), ...clock }),
    settle: makeSettleByEvents({ database, outbox, ...clock }),
    sweep: makeSweepOrders({ database, outbox, ...clock }),
  }));
  const readDetails = makeReadOrderWithHistory(database);
  const aRound = fc.record({
    minutesLater: fc.constantFrom(0, 1, 5),
    inputs: fc.array(fc.record({ instance: fc.nat(1), input: anInput }), { minLength: 1, maxLength: 6 }),
  });

  await fc.assert(
    fc.asyncProperty(fc.array(aRound, { maxLength: 6 }), async (rounds) => {
      now = noon;
      const order = sampleOrder();
      await makeCreateOrder(database, outbox)(orderIntent(order, null));
      let age = 0;
      for (const { minutesLater, inputs } of rounds) {
        age += minutesLater * MINUTE;
        now = afterNoon(age);
        await Promise.all(
          inputs.map(async ({ instance, input }) => {
            const on = instances[instance];
            const event = heard(order.orderId, input);
            if (event !== undefined) await on?.settle([event]);
            else if (input.kind === 'check_due') await on?.sweep();
            else await on?.change(order.orderId, input);
          }),
        );
      }
      const found = await readDetails(order.orderId);
      const path = found?.history ?? [];
      expect(path.map(({ orderVersion }) => orderVersion)).toEqual(path.map((_, index) => index + 1));
      for (const { from, to } of path) if (from !== null) expect(isLegal(from, to)).toBe(true);
      expect(path.at(-1)?.to).toBe(found?.order.status);

      const rows = await database.query<{ event_type: string }>(
        `SELECT event_type FROM outbox WHERE body -> 'data' ->> 'orderId' = $1`,
        [order.orderId],
      );
      const told = rows.map(({ event_type }) => event_type);
      for (const type of onceOnly) expect(told.filter((name) => name === type).length).toBeLessThanOrEqual(1);
      // Every status but the first has exactly the event that announces it.
      expect(told.filter((name) => onceOnly.includes(name))).toHaveLength(path.length);
      await database.query("UPDATE orders SET next_check_at = 'infinity' WHERE next_check_at IS NOT NULL");
    }),
    { numRuns: 60 },
  );
});
