import { isUnavailable } from '@valerix/platform/postgres-errors';

/** The time for something the database was to do is over. */
export class BudgetSpent extends Error {
  override name = 'BudgetSpent';
  /** Marks it as what it is to whoever asks whether trying again later may help. */
  readonly code = 'ETIMEDOUT';
}

export interface RetryWithinOptions {
  readonly budgetMs: number;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

const FIRST_PAUSE_MS = 50;

/**
 * Repeats idempotent database work while the database is away, and stops waiting when the budget is spent, even for a
 * server that took the statement and went silent. Throws `BudgetSpent` then, any other error as it is. The signal given
 * to `work` says that nobody waits for it any more.
 */
export async function retryWithin<T>(
  options: RetryWithinOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { budgetMs, now, wait } = options;
  const end = now() + budgetMs;
  const given = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BudgetSpent(`no answer within ${budgetMs} ms`)), budgetMs);
  });
  const tries = async (): Promise<T> => {
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      try {
        return await work(given.signal);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        if (now() + pause >= end) throw new BudgetSpent(`still unavailable after ${budgetMs} ms`, { cause: error });
      }
      await wait(pause);
    }
  };
  try {
    return await Promise.race([tries(), silence]);
  } finally {
    clearTimeout(timer);
    given.abort();
  }
}
