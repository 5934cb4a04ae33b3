import { describe, expect, test } from 'vitest';
import { parseNCrontab } from './ncrontab.ts';

/** The occurrence after a wall-clock time, both as text. */
function next(expression: string, after: string): string | undefined {
  const found = parseNCrontab(expression)?.nextWallTime(Date.parse(`${after}Z`));
  return found === undefined ? undefined : new Date(found).toISOString().slice(0, 19);
}

describe('an NCRONTAB expression', () => {
  test.each([
    ['0 */5 * * * *', '2026-11-22T01:02:03', '2026-11-22T01:05:00'],
    ['*/10 * * * * *', '2026-11-22T01:02:50', '2026-11-22T01:03:00'],
    ['*/5 * * * *', '2026-11-22T01:02:03', '2026-11-22T01:05:00'],
    ['0 30 9 * * 1-5', '2026-11-20T10:00:00', '2026-11-23T09:30:00'],
    ['0 30 9 * * Mon-Fri', '2026-11-20T10:00:00', '2026-11-23T09:30:00'],
    ['0 0 0 1 Jan *', '2026-11-22T00:00:00', '2027-01-01T00:00:00'],
    ['0 0 0 29 2 *', '2026-11-22T00:00:00', '2028-02-29T00:00:00'],
    ['0 0 8,20 * * *', '2026-11-22T08:00:00', '2026-11-22T20:00:00'],
    ['0 5/20 * * * *', '2026-11-22T01:26:00', '2026-11-22T01:45:00'],
    ['0 59 23 31 12 *', '2026-12-31T23:59:00', '2027-12-31T23:59:00'],
  ])('%s after %s occurs at %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  test('wants day of month and day of week to fit both, unlike Unix cron', () => {
    expect(next('0 0 9 13 * Fri', '2026-11-22T00:00:00')).toBe('2027-08-13T09:00:00');
  });

  test.each([
    '61 * * * * *',
    '* * * * * 7',
    '0 0 0 0 * *',
    '5-1 * * * * *',
    '*/0 * * * * *',
    'x * * * * *',
    '? * * * * *',
  ])('%s is refused with the field that is wrong', (expression) => {
    expect(() => parseNCrontab(expression)).toThrow(expression);
  });

  test('that fits no date at all is refused when its next occurrence is asked for', () => {
    expect(() => next('0 0 0 31 2 *', '2026-01-01T00:00:00')).toThrow('never occurs');
  });

  test('has five or six fields', () => {
    expect(parseNCrontab('* * * *')).toBeUndefined();
    expect(parseNCrontab('00:30:00')).toBeUndefined();
  });
});
