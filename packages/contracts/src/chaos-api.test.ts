import { expect, test } from 'vitest';
import { chaosChange, chaosDefaults, chaosSettings } from './chaos-api.ts';

const fieldsOf = (body: unknown) => chaosChange.safeParse(body).error?.issues.map(({ path }) => path.join('.'));

test('a part needs no more than its mode', () => {
  expect(chaosChange.parse({ gremlin: { mode: 'random' }, schrodinger: { mode: 'drop' } })).toEqual({
    gremlin: { ...chaosDefaults.gremlin, mode: 'random' },
    schrodinger: { ...chaosDefaults.schrodinger, mode: 'drop' },
  });
});

test('every part is optional, and a seed or an expiry can be taken away', () => {
  expect(chaosChange.parse({})).toEqual({});
  expect(chaosChange.parse({ seed: null, expiresInSeconds: null })).toEqual({ seed: null, expiresInSeconds: null });
});

test('the defaults are settings themselves', () => {
  expect(chaosSettings.parse(chaosDefaults)).toEqual(chaosDefaults);
});

test.each([
  [{ gremlin: {} }, ['gremlin.mode']],
  [{ gremlin: { mode: 'often' } }, ['gremlin.mode']],
  [{ gremlin: { mode: 'random', minDelayMs: 900, maxDelayMs: 800 } }, ['gremlin.minDelayMs']],
  [{ gremlin: { mode: 'random', minDelayMs: 9_000 } }, ['gremlin.minDelayMs']],
  [{ gremlin: { mode: 'random', maxDelayMs: 60_001 } }, ['gremlin.maxDelayMs']],
  [{ gremlin: { mode: 'every-nth', everyNth: 0, delayMs: -1 } }, ['gremlin.everyNth', 'gremlin.delayMs']],
  [{ schrodinger: { mode: 'exit', probability: 1.01 } }, ['schrodinger.probability']],
  [{ schrodinger: { mode: 'sulk', probability: '1', everyNth: 1.5 } }, ['mode', 'probability', 'everyNth']],
  [{ seed: -1, expiresInSeconds: 0 }, ['seed', 'expiresInSeconds']],
  [{ seed: 'demo', expiresInSeconds: 86_401 }, ['seed', 'expiresInSeconds']],
])('%j names what is wrong', (body, fields) => {
  const named = fieldsOf(body);
  expect(named).toHaveLength(fields.length);
  for (const field of fields) expect(named?.some((path) => path.endsWith(field))).toBe(true);
});

test('an unknown field is refused at each level', () => {
  expect(chaosChange.safeParse({ gremlins: {} }).success).toBe(false);
  expect(chaosChange.safeParse({ gremlin: { mode: 'off', delay: 1 } }).success).toBe(false);
});
