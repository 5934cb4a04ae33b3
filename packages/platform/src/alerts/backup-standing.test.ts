import { expect, test } from 'vitest';
import { judgeBackup } from './backup-standing.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 2, 10);
const hoursAgo = (hours: number) => new Date(NOW - hours * HOUR).toISOString();
const since = hoursAgo(1_000);

test('a backup of 26 hours is green, one a millisecond older is red', () => {
  const standing = { since, lastSuccessAt: hoursAgo(26), trouble: '' };
  expect(judgeBackup(standing, NOW)).toMatchObject({ state: 'green', value: 26, threshold: 26 });
  expect(judgeBackup(standing, NOW + 1)).toMatchObject({ state: 'red', reason: 'The last backup is 26 hours old.' });
});

test('a system without a backup is green while it is young and red after 26 hours', () => {
  const young = { since: hoursAgo(26), lastSuccessAt: null, trouble: '' };
  expect(judgeBackup(young, NOW).state).toBe('green');
  expect(judgeBackup(young, NOW + 1)).toMatchObject({
    state: 'red',
    reason: 'There has been no backup in the 26 hours since the system began.',
  });
});

test('trouble is red at once, whatever the age', () => {
  const standing = { since, lastSuccessAt: hoursAgo(1), trouble: 'The call of 2026-03-10 failed.' };
  expect(judgeBackup(standing, NOW)).toMatchObject({
    state: 'red',
    reason: 'The call of 2026-03-10 failed. The last backup is 1 hour old.',
  });
});

test('where nobody makes backups the rule says so and stays green', () => {
  expect(judgeBackup(undefined, NOW)).toMatchObject({ state: 'green', value: null });
});
