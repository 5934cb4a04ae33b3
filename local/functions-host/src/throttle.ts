export interface Throttle {
  /**
   * Takes a place, waiting for one if need be.
   * @returns the function that gives it back, or undefined when too many wait already.
   */
  enter(): (() => void) | undefined | Promise<() => void>;
}

/** Bounds what waits and runs together, and what runs; -1 is no bound. */
export function makeThrottle(maxOutstanding: number, maxConcurrent: number): Throttle {
  const waiting: (() => void)[] = [];
  let outstanding = 0;
  let running = 0;

  const leave = () => {
    outstanding--;
    running--;
    waiting.shift()?.();
  };
  return {
    enter() {
      if (maxOutstanding !== -1 && outstanding >= maxOutstanding) return undefined;
      outstanding++;
      if (maxConcurrent === -1 || running < maxConcurrent) {
        running++;
        return leave;
      }
      return new Promise((resolve) => {
        waiting.push(() => {
          running++;
          resolve(leave);
        });
      });
    },
  };
}
