import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BudgetSpent, retryWithin } from './retry-within.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const away = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const within = (budgetMs: number, work: () => Promise<unknown>) =>
  retryWithin({ budgetMs, now: Date.now, wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }, work);

describe('work on a database', () => {
  test('is repeated until the database is back', async () => {
    const work = vi.fn().mockRejectedValueOnce(away).mockRejectedValueOnce(away).mockResolvedValue('written');
    const outcome = within(1_000, work);
    await vi.advanceTimersByTimeAsync(150);
    expect(await outcome).toBe('written');
    expect(work).toHaveBeenCalledTimes(3);
  });

  test('ends when the budget would be spent, with what the database said', async () => {
    const outcome = within(1_000, () => Promise.reject(away)).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await outcome).toBeInstanceOf(BudgetSpent);
    expect(await outcome).toMatchObject({ cause: away });
  });

  test('ends with the budget when the database goes silent', async () => {
    const outcome = within(1_000, () => new Promise(() => {})).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await outcome).toBeInstanceOf(BudgetSpent);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is not repeated for an error of its own', async () => {
    const fault = new TypeError('a bug');
    const work = vi.fn().mockRejectedValue(fault);
    await expect(within(1_000, work)).rejects.toBe(fault);
    expect(work).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
