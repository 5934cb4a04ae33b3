import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysToKeep } from './retention.ts';

const dayAt = (number: number) => new Date(number * 86_400_000).toISOString().slice(0, 10);
/** Up to four hundred different days within some four years, so with gaps. */
const someDays = fc
  .uniqueArray(fc.integer({ min: 20_000, max: 21_500 }), { maxLength: 400 })
  .map((numbers) => numbers.map(dayAt));
const newest = (days: Iterable<string>) => [...days].sort().at(-1);

test('a year of daily backups keeps seven days, the ends of five weeks and of twelve months', () => {
  const days = Array.from({ length: 365 }, (_, index) => dayAt(Date.UTC(2026, 0, 1) / 86_400_000 + index));
  expect([...daysToKeep(days)].sort()).toEqual([
    '2026-01-31',
    '2026-02-28',
    '2026-03-31',
    '2026-04-30',
    '2026-05-31',
    '2026-06-30',
    '2026-07-31',
    '2026-08-31',
    '2026-09-30',
    '2026-10-31',
    '2026-11-30',
    '2026-12-06',
    '2026-12-13',
    '2026-12-20',
    '2026-12-25',
    '2026-12-26',
    '2026-12-27',
    '2026-12-28',
    '2026-12-29',
    '2026-12-30',
    '2026-12-31',
  ]);
});

test('the newest is always kept, and never more than days, weeks and months together', () => {
  fc.assert(
    fc.property(someDays, (days) => {
      const kept = daysToKeep(days);
      expect(kept.size).toBeLessThanOrEqual(7 + 5 + 12);
      expect(kept.size).toBeGreaterThanOrEqual(Math.min(days.length, 7));
      expect(newest(kept)).toBe(newest(days));
      expect(days).toEqual(expect.arrayContaining([...kept]));
    }),
  );
});

test('what is dropped one day is not wanted on a later one, so pruning daily keeps what pruning once would', () => {
  fc.assert(
    fc.property(someDays, (days) => {
      let present: string[] = [];
      for (const day of [...days].sort()) present = [...daysToKeep([...present, day])];
      expect(new Set(present)).toEqual(daysToKeep(days));
    }),
    { numRuns: 30 },
  );
});

test('time without backups drops nothing', () => {
  fc.assert(
    fc.property(someDays, (days) => {
      const kept = daysToKeep(days);
      expect(daysToKeep([...kept])).toEqual(kept);
    }),
  );
});
