import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeRefusalTurns } from './admission-refusals.ts';

test('so many refusals are answered in a turn of the event loop, in the order in which they came', async () => {
  const turn = makeRefusalTurns(2);
  const answered: number[] = [];
  for (const caller of [1, 2, 3, 4, 5]) void turn().then(() => answered.push(caller));
  await nextTurn();
  expect(answered).toEqual([1, 2]);
  await nextTurn();
  expect(answered).toEqual([1, 2, 3, 4]);
  await nextTurn();
  void turn().then(() => answered.push(6));
  await nextTurn();
  expect(answered).toEqual([1, 2, 3, 4, 5, 6]);
});
