import type { z } from 'zod';
import { makeStore, type Store } from './store.ts';

/** The part of `localStorage` that is needed, and word of what another tab has written. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  /** Calls back with the key that another tab has changed, null for all of them. */
  onOtherTab(listener: (key: string | null) => void): void;
}

/**
 * A value kept in the browser and shared with its other tabs. What was stored by hand or by another version and cannot be
 * read counts as `empty`; where the browser stores nothing, the value lives as long as the page.
 */
export function makeStored<T>(shelf: Shelf, key: string, schema: z.ZodType<T>, empty: T): Store<T> {
  const read = (): T => {
    try {
      const text = shelf.getItem(key);
      return text === null ? empty : schema.parse(JSON.parse(text));
    } catch {
      return empty;
    }
  };
  const store = makeStore(read());
  shelf.onOtherTab((changed) => {
    if (changed === key || changed === null) store.set(read());
  });
  return {
    ...store,
    set(next) {
      try {
        if (next === empty) shelf.removeItem(key);
        else shelf.setItem(key, JSON.stringify(next));
      } catch {
        // Full, or switched off: the page itself still knows.
      }
      store.set(next);
    },
  };
}

/** The browser's own shelf; one that keeps nothing where the browser forbids it. */
export function browserShelf(): Shelf {
  try {
    const { localStorage } = window;
    return {
      getItem: (key) => localStorage.getItem(key),
      setItem: (key, value) => localStorage.setItem(key, value),
      removeItem: (key) => localStorage.removeItem(key),
      onOtherTab: (listener) => window.addEventListener('storage', ({ key }) => listener(key)),
    };
  } catch {
    return { getItem: () => null, setItem: () => {}, removeItem: () => {}, onOtherTab: () => {} };
  }
}
