import { randomUUID } from 'node:crypto';
import { type OrderStatus, orderStatuses } from '@valerix/contracts/order';
import { MINUTE, SECOND } from '@valerix/platform/durations';
import { describe, expect, test } from 'vitest';
import { afterNoon, noon, reservationOf, sampleOrder, schedule } from '../../testing/sample-orders.ts';
import { type Decision, decide } from './decide.ts';
import type { Order } from './order.ts';
import type { OrderInput } from './order-input.ts';
import { isLegal } from './transitions.ts';

const order = (status: OrderStatus, more: Partial<Order> = {}): Order => {
  const base = sampleOrder();
  const reserved = status === 'confirmed' || status === 'shipped' ? randomUUID() : null;
  const unsettled = status === 'pending' || status === 'pending_verification';
  return {
    ...base,
    status,
    version: status === 'pending' ? 1 : 2,
    reservationId: reserved,
    reason: status === 'failed' ? 'rejected' : status === 'pending_verification' ? 'circuit_open' : null,
    nextCheckAt: unsettled ? base.nextCheckAt : null,
    ...more,
  };
};

const reservation = reservationOf(sampleOrder());
const refusal = { reason: 'insufficient_stock', productId: 'chair', availableStock: 0 } as const;
const inputs = {
  reserved: { kind: 'reserved', reservation },
  refused: { kind: 'refused', refusal },
  'outcome unknown': { kind: 'outcome_unknown', reason: 'grpc_timeout' },
  'StockReserved heard': { kind: 'stock_reserved', reservation },
  'verified as confirmed': { kind: 'verified', reservation, recoveredFromCrash: false },
  'verified after a crash': { kind: 'verified', reservation, recoveredFromCrash: true },
  'verified as failed': { kind: 'verified_failed', refusal },
  'check due': { kind: 'check_due' },
  withdrawn: { kind: 'withdrawn' },
  cancel: { kind: 'cancel' },
  ship: { kind: 'ship' },
} satisfies Record<string, OrderInput>;

const late = 'unchanged (late)';
const alreadySo = 'unchanged (already_so)';

/** What each input does to an order in each status, at the moment its first check is due. */
const table: Record<keyof typeof inputs, Record<OrderStatus, string>> = {
  reserved: {
    pending: 'confirmed: OrderConfirmed',
    pending_verification: 'confirmed: OrderConfirmed',
    confirmed: alreadySo,
    failed: late,
    cancelled: late,
    shipped: alreadySo,
  },
  refused: {
    pending: 'failed: OrderFailed',
    pending_verification: 'failed: OrderFailed',
    confirmed: late,
    failed: alreadySo,
    cancelled: late,
    shipped: late,
  },
  'outcome unknown': {
    pending: 'pending_verification: OrderPendingVerification, VerifyOrder',
    pending_verification: alreadySo,
    confirmed: late,
    failed: late,
    cancelled: late,
    shipped: late,
  },
  'StockReserved heard': {
    pending: 'unchanged (in_progress)',
    pending_verification: 'confirmed: OrderConfirmed',
    confirmed: alreadySo,
    failed: late,
    cancelled: late,
    shipped: alreadySo,
  },
  'verified as confirmed': {
    pending: 'confirmed: OrderConfirmed',
    pending_verification: 'confirmed: OrderConfirmed',
    confirmed: alreadySo,
    failed: late,
    cancelled: late,
    shipped: alreadySo,
  },
  'verified after a crash': {
    pending: 'confirmed: OrderConfirmed',
    pending_verification: 'confirmed: OrderConfirmed',
    confirmed: 'noted',
    failed: late,
    cancelled: late,
    shipped: 'noted',
  },
  'verified as failed': {
    pending: 'failed: OrderFailed',
    pending_verification: 'failed: OrderFailed',
    confirmed: late,
    failed: alreadySo,
    cancelled: late,
    shipped: late,
  },
  'check due': {
    pending: 'pending_verification: OrderPendingVerification, VerifyOrder',
    pending_verification: 'noted: VerifyOrder',
    confirmed: late,
    failed: late,
    cancelled: late,
    shipped: late,
  },
  withdrawn: {
    pending: 'failed: OrderFailed',
    pending_verification: 'failed: OrderFailed',
    confirmed: late,
    failed: alreadySo,
    cancelled: late,
    shipped: late,
  },
  cancel: {
    pending: 'refused (order_in_progress)',
    pending_verification: 'cancelled: OrderCancelled',
    confirmed: 'cancelled: OrderCancelled',
    failed: 'refused (order_not_cancellable)',
    cancelled: alreadySo,
    shipped: 'refused (order_not_cancellable)',
  },
  ship: {
    pending: 'refused (order_not_shippable)',
    pending_verification: 'refused (order_not_shippable)',
    confirmed: 'shipped: OrderShipped',
    failed: 'refused (order_not_shippable)',
    cancelled: 'refused (order_not_shippable)',
    shipped: alreadySo,
  },
};

const inWords = (decision: Decision): string => {
  if (decision.kind === 'unchanged') return `unchanged (${decision.why})`;
  if (decision.kind === 'refused') return `refused (${decision.code})`;
  const outcome = decision.kind === 'annotate' ? 'noted' : decision.next.status;
  return [outcome, decision.events.map(({ type }) => type).join(', ')].filter((part) => part !== '').join(': ');
};

const at = (now: Date) => ({ now, schedule });
const due = at(afterNoon(15 * SECOND));

describe.each(orderStatuses)('an order that is %s', (status) => {
  test.each(Object.entries(inputs))('when %s', (name, input) => {
    const before = order(status);
    const decision = decide(before, input, due);
    expect(inWords(decision)).toBe(table[name as keyof typeof inputs][status]);
    if (decision.kind === 'transition') {
      expect(isLegal(status, decision.next.status)).toBe(true);
      expect(decision.next.version).toBe(before.version + 1);
    }
    if (decision.kind === 'annotate') {
      expect(decision.next).toMatchObject({ status, version: before.version });
    }
  });
});

const nextOf = (decision: Decision): Order => {
  if (decision.kind !== 'transition' && decision.kind !== 'annotate') throw new Error(inWords(decision));
  return decision.next;
};

describe('a confirmed order', () => {
  test('keeps the names and prices it was reserved at and what they come to', () => {
    const next = nextOf(decide(order('pending'), inputs.reserved, due));
    expect(next).toMatchObject({ reservationId: reservation.reservationId, totalMinor: 3_750, currency: 'EUR' });
    expect(next.items.map(({ name, unitPriceMinor }) => [name, unitPriceMinor])).toEqual([
      ['The lamp', 1_250],
      ['The chair', 1_250],
    ]);
  });

  test('has no total over two currencies', () => {
    const lines = reservation.lines.map((line, index) => (index === 0 ? line : { ...line, currency: 'USD' }));
    const next = nextOf(decide(order('pending'), { kind: 'reserved', reservation: { ...reservation, lines } }, due));
    expect(next).toMatchObject({ totalMinor: null, currency: null });
  });

  test('is noted as recovered once only', () => {
    const next = nextOf(decide(order('confirmed'), inputs['verified after a crash'], due));
    expect(next.recoveredFromCrash).toBe(true);
    expect(inWords(decide(next, inputs['verified after a crash'], due))).toBe(alreadySo);
  });
});

test('a failed order says what was asked for and what there is', () => {
  const decision = decide(order('pending'), inputs.refused, due);
  expect(nextOf(decision)).toMatchObject({ refusedProductId: 'chair', requestedQuantity: 1, availableStock: 0 });
  expect(decision).toMatchObject({ events: [{ data: { requestedQuantity: 1, availableStock: 0 } }] });
});

describe('the sweep', () => {
  const waiting = (more: Partial<Order> = {}) => order('pending_verification', more);

  test('leaves an order alone before it is due', () => {
    expect(inWords(decide(waiting(), inputs['check due'], at(afterNoon(14 * SECOND))))).toBe(late);
  });

  test('asks at growing ages, then gives up', () => {
    const asked: number[] = [];
    let current = waiting();
    for (let age = 0; age <= 15 * MINUTE; age += SECOND) {
      const decision = decide(current, inputs['check due'], at(afterNoon(age)));
      if (decision.kind === 'unchanged') continue;
      asked.push(age / SECOND);
      current = nextOf(decision);
    }
    expect(asked).toEqual([15, 60, 300, 900]);
    expect(current).toMatchObject({ status: 'failed', reason: 'gave_up', availableStock: null });
  });

  test('asks why with the reason the order waits for', () => {
    const decision = decide(waiting({ reason: 'grpc_timeout' }), inputs['check due'], due);
    expect(decision).toMatchObject({ events: [{ type: 'VerifyOrder', data: { reason: 'grpc_timeout' } }] });
  });

  test('asks about an order that nobody ever asked about before it gives up, however old', () => {
    const now = afterNoon(24 * 60 * MINUTE);
    const asked = nextOf(decide(waiting(), inputs['check due'], at(now)));
    expect(asked).toMatchObject({ status: 'pending_verification', checks: 1 });
    expect(asked.nextCheckAt).toEqual(new Date(now.getTime() + 15 * SECOND));
    const after = at(new Date(now.getTime() + 15 * SECOND));
    expect(nextOf(decide(asked, inputs['check due'], after))).toMatchObject({ status: 'failed', reason: 'gave_up' });
  });

  test('says that the request of a pending order was interrupted', () => {
    const decision = decide(order('pending'), inputs['check due'], due);
    expect(nextOf(decision)).toMatchObject({ reason: 'interrupted', checks: 1 });
    expect(decision).toMatchObject({
      events: [
        { data: { reason: 'interrupted' } },
        { data: { reason: 'connection_error', originalRequestTime: noon.toISOString() } },
      ],
    });
  });
});
