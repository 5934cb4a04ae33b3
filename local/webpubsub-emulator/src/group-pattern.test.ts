import { describe, expect, it } from 'vitest';
import { compileGroupPattern } from './group-pattern.ts';

describe('a pattern of groups', () => {
  it.each([
    ['store.*', 'store.1'],
    ['store.*', 'store.'],
    ['store.**', 'store.1.2.3'],
    ['*', 'anything'],
    ['**', 'a.b.c'],
    ['*.b.*', 'a.b.c'],
    ['a?c', 'abc'],
    ['a\\*', 'a*'],
    ['a\\?', 'a?'],
    ['(a|b)+', '(a|b)+'],
    ['**x**y', 'xaxby'],
    ['?', '😀'],
  ])('%s matches %s', (pattern, group) => {
    expect(compileGroupPattern(pattern)(group)).toBe(true);
  });

  it.each([
    ['store.*', 'store.1.2'],
    ['store.*', 'store'],
    ['store.*', 'my.store.1'],
    ['*', 'a.b'],
    ['a?c', 'a.c'],
    ['a?c', 'ac'],
    ['a\\*', 'ab'],
    ['store', 'STORE'],
    ['', 'a'],
  ])('%s does not match %s', (pattern, group) => {
    expect(compileGroupPattern(pattern)(group)).toBe(false);
  });

  it('takes no long time, however it is made', () => {
    const matches = compileGroupPattern(`${'*a'.repeat(200)}b`);
    const started = performance.now();
    expect(matches('a'.repeat(1024))).toBe(false);
    // As a backtracking expression this would not end in a lifetime.
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
