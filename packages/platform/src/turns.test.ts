import { expect, test } from 'vitest';
import { makeTurns } from './turns.ts';

test('no more than so many run at a time, in the order they came, and a failure gives its turn on', async () => {
  const turn = makeTurns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const all = [0, 1, 2, 3, 4].map((number) =>
    turn(async () => {
      begun.push(number);
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
      if (number === 1) throw new Error('this one fails');
      return number;
    }),
  );
  const settled = Promise.allSettled(all);
  while (ends.length > 0 || running > 0) {
    ends.shift()?.();
    await new Promise(setImmediate);
  }
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(await turn(async () => 'free again')).toBe('free again');
});
