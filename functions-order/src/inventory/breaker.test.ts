import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Breaker, type BreakerState, makeBreaker } from './breaker.ts';

let breaker: Breaker;
let changes: BreakerState[];

beforeEach(() => {
  vi.useFakeTimers();
  changes = [];
  breaker = makeBreaker({
    errorPercent: 50,
    windowMs: 10_000,
    minCalls: 5,
    resetMs: 10_000,
    countsAsFailure: (error) => error !== 'malformed',
  });
  breaker.onChange((state) => changes.push(state));
});
afterEach(() => {
  breaker.close();
  vi.useRealTimers();
});

const succeed = () => breaker.run(async () => 'reserved');
const fail = (error: unknown = 'broken') => breaker.run(() => Promise.reject(error)).catch((caught: unknown) => caught);
const times = async (count: number, work: () => Promise<unknown>) => {
  for (let call = 0; call < count; call += 1) await work();
};

describe('the breaker', () => {
  test('stays closed below the number of calls that says anything', async () => {
    await times(4, fail);
    expect(breaker.state()).toBe('closed');
  });

  test('opens at half of the calls failing, and then refuses without trying', async () => {
    await times(3, succeed);
    await times(2, fail);
    expect(breaker.state()).toBe('closed');
    await fail();
    expect(breaker.state()).toBe('open');
    const work = vi.fn(async () => 'reserved');
    await expect(breaker.run(work)).rejects.toMatchObject({ code: 'EOPENBREAKER' });
    expect(work).not.toHaveBeenCalled();
  });

  test('judges by finished calls, however many are still under way', async () => {
    for (let call = 0; call < 100; call += 1) void breaker.run(() => new Promise(() => {}));
    await times(5, fail);
    expect(breaker.state()).toBe('open');
  });

  test('does not count what is not the service`s fault', async () => {
    await times(20, () => fail('malformed'));
    expect(breaker.state()).toBe('closed');
  });

  test('forgets what is older than its window', async () => {
    await times(4, fail);
    vi.advanceTimersByTime(11_000);
    await times(4, fail);
    expect(breaker.state()).toBe('closed');
  });

  test('lets one call through after the reset time, and closes if it succeeds', async () => {
    await times(5, fail);
    vi.advanceTimersByTime(10_000);
    expect(breaker.state()).toBe('half_open');
    let reserve = (_: string) => {};
    const probe = breaker.run(() => new Promise<string>((resolve) => (reserve = resolve)));
    await expect(succeed()).rejects.toMatchObject({ code: 'EOPENBREAKER' });
    reserve('reserved');
    expect(await probe).toBe('reserved');
    expect(breaker.state()).toBe('closed');
    expect(await succeed()).toBe('reserved');
  });

  test('opens again for the reset time if that call fails', async () => {
    await times(5, fail);
    vi.advanceTimersByTime(10_000);
    await fail();
    expect(breaker.state()).toBe('open');
    vi.advanceTimersByTime(9_999);
    expect(breaker.state()).toBe('open');
    vi.advanceTimersByTime(1);
    expect(breaker.state()).toBe('half_open');
    expect(changes).toEqual(['open', 'half_open', 'open', 'half_open']);
  });
});
