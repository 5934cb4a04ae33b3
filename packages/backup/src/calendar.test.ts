import { expect, test } from 'vitest';
import { awaitedServices, isDue, nextRunAt } from './calendar.ts';
import type { Snapshot } from './snapshot.ts';

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

test('a snapshot alone is waited with until six, and later while its companion may be under way', () => {
  const alone = (takenAt: string): Snapshot[] => [
    {
      format: 1,
      service: 'order',
      id: '20260302T010000Z-00000a',
      takenAt: new Date(at(takenAt)).toISOString(),
      schema: ['001'],
      tables: [],
      sequences: [],
    },
  ];
  expect(awaitedServices(alone('01:00:00'), at('05:59:59'))).toEqual(['inventory']);
  expect(awaitedServices(alone('01:00:00'), at('06:00:00'))).toEqual([]);
  expect(awaitedServices(alone('09:00:00'), at('09:20:00'))).toEqual(['inventory']);
  expect(awaitedServices(alone('09:00:00'), at('09:30:00'))).toEqual([]);
});
