import { expect, test } from 'vitest';
import { isDue, nextRunAt } from './calendar.ts';

const at = (time: string) => Date.parse(`2026-03-02T${time}Z`);
const next = (time: string, isSpent: boolean) => new Date(nextRunAt(at(time), isSpent)).toISOString();

test('the call is due from half past one UTC on, to the end of the day', () => {
  expect(['00:00:00', '01:29:59', '01:30:00', '23:59:59'].map((time) => isDue(at(time)))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test('the next run is the next half past, not before half past one, and tomorrow once the day is spent', () => {
  expect(next('00:10:00', false)).toBe('2026-03-02T01:30:00.000Z');
  expect(next('01:30:00', false)).toBe('2026-03-02T02:30:00.000Z');
  expect(next('14:45:00', false)).toBe('2026-03-02T15:30:00.000Z');
  expect(next('23:40:00', false)).toBe('2026-03-03T01:30:00.000Z');
  expect(next('14:45:00', true)).toBe('2026-03-03T01:30:00.000Z');
});
