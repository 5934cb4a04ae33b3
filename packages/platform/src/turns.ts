/** Lets at most `max` pieces of work run at a time; the others get their turn in the order in which they came. */
export function makeTurns(max: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = max;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The turn is handed over rather than given back: nobody who came later can take it in between.
      if (next) next();
      else free += 1;
    }
  };
}
