import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSchedule } from './schedule.ts';

const zoneBefore = process.env.TZ;

/** The occurrences after an instant, in UTC. */
function occurrences(schedule: string, after: string, count: number): string[] {
  const parsed = parseSchedule(schedule);
  const found: string[] = [];
  let at = Date.parse(after);
  while (found.length < count) {
    at = parsed.nextAfter(at);
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe('a schedule where clocks change (Pacific time, back at 09:00 UTC on 2018-11-04, forward at 10:00 UTC on 2018-03-11)', () => {
  beforeAll(() => {
    process.env.TZ = 'America/Los_Angeles';
  });
  afterAll(() => {
    if (zoneBefore === undefined) delete process.env.TZ;
    else process.env.TZ = zoneBefore;
  });

  test('runs an interval through both passes of the repeated hour', () => {
    expect(occurrences('0 */30 * * * *', '2018-11-04T07:30:00Z', 6)).toEqual([
      '2018-11-04T08:00',
      '2018-11-04T08:30',
      '2018-11-04T09:00',
      '2018-11-04T09:30',
      '2018-11-04T10:00',
      '2018-11-04T10:30',
    ]);
  });

  test('runs a point in time once in the repeated hour, the first time', () => {
    expect(occurrences('0 30 1 * * *', '2018-11-03T12:00:00Z', 2)).toEqual(['2018-11-04T08:30', '2018-11-05T09:30']);
    expect(occurrences('0 30 1 * * *', '2018-11-04T09:10:00Z', 1)).toEqual(['2018-11-05T09:30']);
  });

  test('runs a point in time that clocks skip right after the gap', () => {
    expect(occurrences('0 30 2 * * *', '2018-03-11T08:00:00Z', 2)).toEqual(['2018-03-11T10:30', '2018-03-12T09:30']);
  });

  test('keeps an interval going over the gap', () => {
    expect(occurrences('0 */30 * * * *', '2018-03-11T09:15:00Z', 3)).toEqual([
      '2018-03-11T09:30',
      '2018-03-11T10:00',
      '2018-03-11T10:30',
    ]);
  });
});

describe('a schedule', () => {
  test('may be a time span', () => {
    expect(occurrences('00:30:00', '2026-11-22T01:02:00Z', 2)).toEqual(['2026-11-22T01:32', '2026-11-22T02:02']);
    expect(occurrences('1.00:00:00', '2026-11-22T01:02:00Z', 1)).toEqual(['2026-11-23T01:02']);
  });

  test.each([
    ['*/10 * * * * *', true],
    ['* * * * *', false],
    ['0 * * * * *', false],
    ['*/10 5 * * * *', false],
    ['00:00:30', true],
    ['00:01:00', false],
  ])('%s fires more than once a minute: %s', (schedule, expected) => {
    expect(parseSchedule(schedule).isSubMinute(Date.parse('2026-11-22T01:02:03Z'))).toBe(expected);
  });

  test.each(['soon', '00:00:00', '1:2:3:4', ''])('%j is refused', (schedule) => {
    expect(() => parseSchedule(schedule)).toThrow('was not recognized as a valid cron expression or timespan string');
  });
});
