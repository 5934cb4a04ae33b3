import { expect, test } from 'vitest';
import { countText, durationText, priceText } from './words.ts';

test('a price is told from its minor unit, whatever number of digits the currency has', () => {
  expect(priceText(2190, 'EUR').replaceAll(/[^\d]/g, '')).toBe('2190');
  expect(priceText(2190, 'EUR')).toMatch(/21[.,]90/);
  expect(priceText(2190, 'JPY')).toMatch(/2[.,\s]?190/);
});

test('a duration is told as people say it', () => {
  const told = [40, 320, 3200, 9949, 12_400, 60_000, 125_000, 3_600_000, 3_720_000].map(durationText);
  expect(told).toEqual(['0.04 s', '0.3 s', '3.2 s', '9.9 s', '12 s', '1 min', '2 min 5 s', '1 h', '1 h 2 min']);
});

test('one is one and not many', () => {
  expect([0, 1, 2].map((count) => countText(count, 'piece', 'pieces'))).toEqual(['0 pieces', '1 piece', '2 pieces']);
});
