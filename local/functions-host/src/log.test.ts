import { expect, test } from 'vitest';
import type { LogLevel } from './app/rpc-types.ts';
import { functionCategory, makeLog, userCategory } from './log.ts';

function enabled(levels: Record<string, LogLevel>, category: string): string[] {
  const log = makeLog(levels, () => {});
  return (['debug', 'information', 'warning'] as const).filter((level) => log.isEnabled(level, category));
}

test('an app is heard from Information on and the host from Warning on when nothing is configured', () => {
  expect(enabled({}, userCategory('f'))).toEqual(['information', 'warning']);
  expect(enabled({}, functionCategory('f'))).toEqual(['warning']);
  expect(enabled({}, 'Host.Startup')).toEqual(['warning']);
});

test('the longest configured prefix of a category decides, then default', () => {
  const levels: Record<string, LogLevel> = {
    default: 'error',
    Function: 'warning',
    'Function.loud': 'debug',
    'function.loud.user': 'none',
  };
  expect(enabled(levels, 'Host.Startup')).toEqual([]);
  expect(enabled(levels, functionCategory('quiet'))).toEqual(['warning']);
  expect(enabled(levels, functionCategory('loud'))).toEqual(['debug', 'information', 'warning']);
  expect(enabled(levels, userCategory('loud'))).toEqual([]);
});

test('a line has time, level, function and message, further lines indented', () => {
  let written = '';
  makeLog({}, (line) => {
    written += line;
  })('error', userCategory('ship'), 'first\nsecond');
  expect(written).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ERROR ship first\n {4}second\n$/);
});
