import type { AlertFacts, AlertsReport } from '@valerix/contracts/alerts-api';
import { expect, test } from 'vitest';
import { makeEvent, NOON } from '../live/events.fixture.ts';
import { hearAlertChanges, mergeAlerts, noAlerts, verdictOf } from './alerts.ts';

const iso = (seconds: number) => new Date(NOON + seconds * 1_000).toISOString();

const facts = (rule: AlertFacts['rule'], state: AlertFacts['state'], since: number): AlertFacts => ({
  rule,
  state,
  since: iso(since),
  value: 1,
  threshold: 2,
  reason: `${rule} is ${state}`,
});

const report = (evaluatedAt: number, rules: AlertFacts[]): AlertsReport => ({
  state: rules.some(({ state }) => state === 'red') ? 'red' : 'green',
  since: iso(0),
  evaluatedAt: iso(evaluatedAt),
  windowSeconds: 30,
  rules,
  services: [],
});

test('nothing is claimed before the first report', () => {
  expect(verdictOf(noAlerts).state).toBe('unknown');
});

test('it is red since the first rule turned, and green since the last one did', () => {
  const red = mergeAlerts(noAlerts, report(10, [facts('health', 'red', 5), facts('error_rate', 'red', 3)]), NOON);
  expect(verdictOf(red)).toMatchObject({ state: 'red', since: NOON + 3_000 });
  const green = mergeAlerts(red, report(40, [facts('health', 'green', 30), facts('error_rate', 'green', 20)]), NOON);
  expect(verdictOf(green)).toMatchObject({ state: 'green', since: NOON + 30_000, red: [] });
});

test('a change that was pushed outlives a report that was evaluated before it', () => {
  const green = mergeAlerts(noAlerts, report(10, [facts('health', 'green', 0)]), NOON);
  const red = hearAlertChanges(green, [makeEvent('AlertChanged', facts('health', 'red', 12), NOON + 12_000)]);
  expect(verdictOf(red).state).toBe('red');
  expect(verdictOf(mergeAlerts(red, report(11, [facts('health', 'green', 0)]), NOON)).state).toBe('red');
  expect(verdictOf(mergeAlerts(red, report(20, [facts('health', 'green', 19)]), NOON)).state).toBe('green');
});

test('a change that is pushed late changes nothing', () => {
  const green = mergeAlerts(noAlerts, report(20, [facts('health', 'green', 19)]), NOON);
  const late = makeEvent('AlertChanged', facts('health', 'red', 12), NOON + 12_000);
  expect(hearAlertChanges(green, [late])).toBe(green);
});

test('a report that another overtook changes nothing', () => {
  const later = mergeAlerts(noAlerts, report(20, [facts('health', 'red', 19)]), NOON);
  expect(verdictOf(mergeAlerts(later, report(10, [facts('health', 'green', 0)]), NOON)).state).toBe('red');
});
