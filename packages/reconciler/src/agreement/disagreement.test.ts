import { randomUUID } from 'node:crypto';
import type { OrderStatus } from '@valerix/contracts/order';
import { describe, expect, test } from 'vitest';
import { disagreementOf } from './disagreement.ts';

const id = randomUUID();
const reservationId = randomUUID();
const contents = '{"lamp": 1}';
const order = (status: OrderStatus) => ({
  order_id: id,
  status,
  version: 2,
  reservation_id: reservationId,
  contents,
  seconds_ago: 0,
});
const reservation = (state: string) => ({
  order_id: id,
  state,
  reservation_id: reservationId,
  reason: null,
  contents: state === 'refused' || state === 'fenced' ? null : contents,
  seconds_ago: 0,
});

/** What each pair means: `fine`, or the repair; `human` where both sides said something final. */
const meanings: Readonly<Record<OrderStatus | 'no order', Readonly<Record<string, string>>>> = {
  pending: { none: 'fine', held: 'fine', shipped: 'fine', released: 'fine', refused: 'fine', fenced: 'fine' },
  pending_verification: {
    none: 'fine',
    held: 'fine',
    shipped: 'fine',
    released: 'fine',
    refused: 'fine',
    fenced: 'fine',
  },
  confirmed: {
    none: 'reserve_again',
    held: 'fine',
    shipped: 'settle_as_shipped',
    released: 'human',
    refused: 'human',
    fenced: 'human',
  },
  shipped: {
    none: 'reserve_again',
    held: 'ship',
    shipped: 'fine',
    released: 'human',
    refused: 'human',
    fenced: 'human',
  },
  cancelled: { none: 'fine', held: 'release', shipped: 'human', released: 'fine', refused: 'fine', fenced: 'fine' },
  failed: { none: 'fine', held: 'release', shipped: 'human', released: 'fine', refused: 'fine', fenced: 'fine' },
  'no order': { held: 'release', shipped: 'write_down_again', released: 'fine', refused: 'fine', fenced: 'fine' },
};

describe.each(Object.entries(meanings))('an order that is %s', (status, states) => {
  test.each(Object.entries(states))('with a reservation that is %s: %s', (state, meaning) => {
    const found = disagreementOf(
      id,
      status === 'no order' ? undefined : order(status as OrderStatus),
      state === 'none' ? undefined : reservation(state),
    );
    const says = found === null ? 'fine' : (found.repairable?.kind ?? 'human');
    expect(says).toBe(meaning);
    if (found !== null) expect(found.explanation).toContain(id);
  });
});

test('a reservation of other goods, or under another id, is a disagreement', () => {
  const other = { ...reservation('held'), contents: '{"lamp": 2}' };
  expect(disagreementOf(id, order('confirmed'), other)).toMatchObject({ repairable: null });
  const renamed = { ...reservation('held'), reservation_id: randomUUID() };
  expect(disagreementOf(id, order('confirmed'), renamed)?.repairable?.kind).toBe('name_reservation');
});

test('a confirmed order whose stock went back because it was cancelled was cancelled; for any other reason a human decides', () => {
  const released = (reason: string) => ({ ...reservation('released'), reason });
  const repairOf = (reason: string) => disagreementOf(id, order('confirmed'), released(reason))?.repairable?.kind;
  expect(repairOf('cancelled')).toBe('settle_as_cancelled');
  expect(repairOf('gave_up')).toBeUndefined();
  expect(disagreementOf(id, order('shipped'), released('cancelled'))).toMatchObject({ repairable: null });
});
