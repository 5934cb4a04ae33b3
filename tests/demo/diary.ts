import type { Shopper, TimedEvent, Visit } from './shoppers.ts';

/** Notes what happens during one visit. */
export interface Diary {
  note(who: TimedEvent['who'], what: string): void;
  /** Waits for one answer and counts the time. */
  waitFor<T>(answer: Promise<T>): Promise<T>;
  close(answer: Visit['answer'], orderIds: readonly string[]): Visit;
}

export function openDiary(shopper: Shopper, now: () => number = Date.now): Diary {
  const beganAt = now();
  const events: TimedEvent[] = [];
  let waitMs = 0;
  let tries = 0;
  let answeredAt = beganAt;
  return {
    note: (who, what) => void events.push({ at: now(), who, what }),
    async waitFor(answer) {
      const startedAt = now();
      tries += 1;
      try {
        return await answer;
      } finally {
        answeredAt = now();
        waitMs += answeredAt - startedAt;
      }
    },
    close: (answer, orderIds) => ({ shopper, beganAt, answeredAt, waitMs, tries, answer, orderIds, events }),
  };
}
