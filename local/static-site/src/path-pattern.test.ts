import { expect, test } from 'vitest';
import { fits } from './path-pattern.ts';

test.each([
  ['/assets/*', '/assets/a/b.js', true],
  ['/assets/*', '/assets', false],
  ['/assets/*', '/my/assets/a.js', false],
  ['/*.{png,svg}', '/deep/logo.svg', true],
  ['/*.{png,svg}', '/logo.svgz', false],
  ['/*.{png,svg}', '/logosvg', false],
  ['/config.json', '/config.json', true],
  ['/config.json', '/config-json', false],
  ['/a{b', '/a{b', true],
  ['/a+(b)', '/a+(b)', true],
])('the pattern %s and the path %s: %s', (pattern, path, expected) => {
  expect(fits(pattern, path)).toBe(expected);
});
