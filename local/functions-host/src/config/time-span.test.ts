import { expect, test } from 'vitest';
import { formatTimeSpan, parseTimeSpan } from './time-span.ts';

test.each([
  ['00:05:00', 300_000],
  ['00:00:00.5', 500],
  ['1.02:03:04', 93_784_000],
  ['-00:00:00.0000001', -0.0001],
  ['05:00', 18_000_000],
  ['24:00:00', undefined],
  ['5', undefined],
  ['five minutes', undefined],
])('the time span %s is %s milliseconds', (text, expected) => {
  const parsed = parseTimeSpan(text);
  if (expected === undefined) expect(parsed).toBeUndefined();
  else expect(parsed).toBeCloseTo(expected, 6);
});

test('milliseconds are written as a time span', () => {
  expect(formatTimeSpan(300_000)).toBe('00:05:00');
  expect(formatTimeSpan(93_784_000)).toBe('26:03:04');
});
