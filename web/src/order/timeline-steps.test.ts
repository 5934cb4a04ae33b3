import { expect, test } from 'vitest';
import { fillableLines } from './fillable-lines.ts';
import { sampleOrder } from './sample-order.ts';
import { failureWords } from './status-words.ts';
import { recoveryMs, timelineOf } from './timeline-steps.ts';

const titles = (...statuses: Parameters<typeof sampleOrder>[0]) =>
  timelineOf(sampleOrder(statuses)).map(({ title, at }) => (at === null ? `(${title})` : title));

test('each life of an order is told in its own words, with what is expected next in brackets', () => {
  expect(titles('pending')).toEqual(['Order received', '(Confirmation)']);
  expect(titles('pending', 'confirmed')).toEqual(['Order received', 'Confirmed', '(On its way)']);
  expect(titles('pending', 'pending_verification')).toEqual([
    'Order received',
    'The warehouse is slow',
    '(Confirmation)',
  ]);
  expect(titles('pending', 'pending_verification', 'confirmed')).toEqual([
    'Order received',
    'The warehouse was slow',
    'Recovered and confirmed',
    '(On its way)',
  ]);
  expect(titles('pending', 'failed')).toEqual(['Order received', 'Could not be filled']);
  expect(titles('pending', 'confirmed', 'cancelled')).toEqual(['Order received', 'Confirmed', 'Cancelled']);
  expect(titles('pending', 'confirmed', 'shipped')).toEqual(['Order received', 'Confirmed', 'On its way']);
});

test('a recovery says how long it took, and whether the reservation had survived a crash', () => {
  const order = sampleOrder(['pending', 'pending_verification', 'confirmed']);
  expect(recoveryMs(order)).toBe(2000);
  expect(timelineOf(order)[2]?.text).toContain('2.0 s after your order');
  expect(timelineOf({ ...order, recoveredFromCrash: true })[2]?.text).toContain('We found the reservation');
  expect(recoveryMs(sampleOrder(['pending', 'confirmed']))).toBeNull();
});

const refused = (availableStock: number) =>
  sampleOrder(['pending', 'failed'], {
    reason: 'insufficient_stock',
    refusal: { productId: 'hand-grinder', requestedQuantity: 3, availableStock },
    items: [
      { productId: 'hand-grinder', quantity: 3 },
      { productId: 'coffee-scale', quantity: 1 },
    ],
  });

test('a failure says which product it was, how many were asked for and how many are left', () => {
  const words = (left: number) => failureWords(refused(left), () => 'Hand grinder');
  expect(words(2)).toBe('You asked for 3 of Hand grinder, and 2 are left.');
  expect(words(1)).toBe('You asked for 3 of Hand grinder, and 1 is left.');
  expect(words(0)).toBe('You asked for 3 of Hand grinder, and none is left.');
});

test('a failure without such facts is told in the words of the service', () => {
  expect(failureWords(sampleOrder(['pending', 'failed'], { reason: 'gave_up' }), String)).toBe(
    'What the service says.',
  );
});

test('the lines that can be filled have as many as there are, and none of what has run out', () => {
  expect(fillableLines(refused(2))).toEqual([
    { productId: 'hand-grinder', quantity: 2 },
    { productId: 'coffee-scale', quantity: 1 },
  ]);
  expect(fillableLines(refused(0))).toEqual([{ productId: 'coffee-scale', quantity: 1 }]);
});
