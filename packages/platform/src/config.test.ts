import { expect, test } from 'vitest';
import { ConfigError, choice, flag, fraction, integer, optionalText, parseConfig, text } from './config.ts';

const shape = {
  DATABASE_URL: text(),
  BUDGET_MS: integer(2000, { min: 1 }),
  CHAOS: flag(false),
  PROBABILITY: fraction(0),
  FAULT: choice(['exit', 'drop'], 'exit'),
  NOTE: optionalText(),
};

test('settings are read with their defaults, and blank means unset', () => {
  expect(parseConfig(shape, { DATABASE_URL: 'postgres://x', BUDGET_MS: ' ', CHAOS: 'TRUE', UNRELATED: '1' })).toEqual({
    DATABASE_URL: 'postgres://x',
    BUDGET_MS: 2000,
    CHAOS: true,
    PROBABILITY: 0,
    FAULT: 'exit',
    NOTE: undefined,
  });
});

test('one message lists every fault by the name of the setting', () => {
  const env = { BUDGET_MS: '0', CHAOS: 'maybe', PROBABILITY: '2', FAULT: 'explode' };
  expect(() => parseConfig(shape, env)).toThrow(ConfigError);
  try {
    parseConfig(shape, env);
  } catch (error) {
    expect(String(error)).toContain('DATABASE_URL is required');
    expect(String(error)).toContain('BUDGET_MS must be at least 1');
    expect(String(error)).toContain('CHAOS must be true or false');
    expect(String(error)).toContain('PROBABILITY must be at most 1');
    expect(String(error)).toContain('FAULT must be one of exit, drop');
  }
});

test('a configuration cannot be changed afterwards', () => {
  expect(Object.isFrozen(parseConfig(shape, { DATABASE_URL: 'x' }))).toBe(true);
});
