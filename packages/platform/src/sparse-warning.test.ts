import { expect, test } from 'vitest';
import { makeLogger } from './logger.ts';
import { makeSparseWarning } from './sparse-warning.ts';

test('a warning is told once a second, with how many were not, and each of those at debug', () => {
  const lines: { level: string; order: number; untold?: number }[] = [];
  let now = 0;
  const logger = makeLogger('test', 'debug', (line) => lines.push(JSON.parse(line)));
  const warn = makeSparseWarning(logger, 'reservation_unclear', { now: () => now });
  for (const order of [1, 2, 3]) warn({ order });
  now = 1_000;
  warn({ order: 4 });
  now = 3_000;
  warn({ order: 5 });
  expect(lines.map(({ level, order, untold }) => [level, order, untold])).toEqual([
    ['warn', 1, undefined],
    ['debug', 2, undefined],
    ['debug', 3, undefined],
    ['warn', 4, 2],
    ['warn', 5, undefined],
  ]);
});
