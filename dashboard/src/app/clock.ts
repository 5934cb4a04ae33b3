import { useSyncExternalStore } from 'react';

/** One timer for all ages on the page, which runs only while something shows one. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const read = (): number => {
  // Nobody listens before the first drawing, and the moment of loading would be long past.
  if (timer === undefined) now = Date.now();
  return now;
};

/** The present, to the second. */
export const useNow = (): number => useSyncExternalStore(subscribe, read);
