import { expect, test } from 'vitest';
import { z } from 'zod';
import { makeStored, type Shelf } from './stored.ts';

function makeShelf(content: Record<string, string> = {}) {
  const kept = new Map(Object.entries(content));
  let tell: (key: string | null) => void = () => {};
  const shelf: Shelf = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    onOtherTab: (listener) => {
      tell = listener;
    },
  };
  return {
    shelf,
    kept,
    otherTab(key: string, value: string) {
      kept.set(key, value);
      tell(key);
    },
  };
}

const numbers = z.array(z.number());
const none: number[] = [];

test('a value outlives the page', () => {
  const { shelf } = makeShelf();
  makeStored(shelf, 'numbers', numbers, none).set([1, 2]);
  expect(makeStored(shelf, 'numbers', numbers, none).get()).toEqual([1, 2]);
});

test('what cannot be read counts as empty', () => {
  for (const wrong of ['{', '"text"', '[1,"2"]']) {
    expect(makeStored(makeShelf({ numbers: wrong }).shelf, 'numbers', numbers, none).get()).toBe(none);
  }
});

test('what another tab writes shows here, and other keys do not matter', () => {
  const { shelf, otherTab } = makeShelf();
  const stored = makeStored(shelf, 'numbers', numbers, none);
  otherTab('letters', '[9]');
  expect(stored.get()).toBe(none);
  otherTab('numbers', '[3]');
  expect(stored.get()).toEqual([3]);
});

test('the empty value takes no place', () => {
  const { shelf, kept } = makeShelf({ numbers: '[1]' });
  makeStored(shelf, 'numbers', numbers, none).set(none);
  expect(kept.size).toBe(0);
});

test('where the browser stores nothing the page itself still knows', () => {
  const refuse = () => {
    throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
  };
  const shelf = { getItem: refuse, setItem: refuse, removeItem: refuse, onOtherTab: () => {} };
  const stored = makeStored(shelf, 'numbers', numbers, none);
  stored.set([4]);
  expect(stored.get()).toEqual([4]);
});
