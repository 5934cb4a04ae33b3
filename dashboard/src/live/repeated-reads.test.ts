import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type RepeatedReads, startRepeatedReads } from './repeated-reads.ts';

let reads: RepeatedReads<'thing'> | undefined;
beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  reads?.stop();
  vi.useRealTimers();
});

function counted(everyMs: () => number, takesMs = 0) {
  const seen = { runs: 0, running: 0, mostAtOnce: 0 };
  reads = startRepeatedReads({
    thing: {
      everyMs,
      run: async () => {
        seen.runs += 1;
        seen.running += 1;
        seen.mostAtOnce = Math.max(seen.mostAtOnce, seen.running);
        await new Promise((resolve) => setTimeout(resolve, takesMs));
        seen.running -= 1;
      },
    },
  });
  return { seen, reads };
}

test('it reads at once and then again and again', async () => {
  const { seen } = counted(() => 5_000);
  await vi.advanceTimersByTimeAsync(100);
  expect(seen.runs).toBe(1);
  await vi.advanceTimersByTimeAsync(17_000);
  expect(seen.runs).toBe(4);
});

test('one read is never under way twice, and what is asked for meanwhile follows', async () => {
  const { seen, reads: started } = counted(() => 60_000, 3_000);
  await vi.advanceTimersByTimeAsync(1_000);
  started.refresh('thing');
  started.refresh('thing');
  await vi.advanceTimersByTimeAsync(9_000);
  expect(seen).toMatchObject({ runs: 2, mostAtOnce: 1 });
});

test('what is asked for often is read only so often', async () => {
  const { seen, reads: started } = counted(() => 60_000);
  for (let ms = 0; ms < 10_000; ms += 100) {
    started.refresh('thing', 5_000);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(seen.runs).toBeLessThanOrEqual(3);
  expect(seen.runs).toBeGreaterThanOrEqual(2);
});

test('a cadence that becomes shorter counts at once: the channel went down', async () => {
  let live = true;
  const { seen } = counted(() => (live ? 60_000 : 5_000));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen.runs).toBe(1);
  live = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen.runs).toBe(2);
});

test('to read again waits for a read that began after it was asked for', async () => {
  const { seen, reads: started } = counted(() => 60_000, 1_000);
  let done = false;
  const reread = started.reread('thing').then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(done).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  await reread;
  expect(seen.runs).toBe(2);
});

test('a refresh that is asked for while stopped starts nothing', async () => {
  const { seen, reads: started } = counted(() => 60_000);
  await vi.advanceTimersByTimeAsync(10);
  started.stop();
  started.refresh('thing');
  await vi.advanceTimersByTimeAsync(120_000);
  expect(seen.runs).toBe(1);
});
