import { expect, test, vi } from 'vitest';
import { makeBatcher } from './batcher.ts';
import { recordSpans } from './telemetry/spans.fixture.ts';
import { inSpan } from './telemetry/spans.ts';

test('calls that arrive together share one batch, and each gets its own answer', async () => {
  const batches: number[][] = [];
  const double = makeBatcher<number, number>({
    maxBatch: 100,
    maxConcurrent: 1,
    run: async (items) => {
      batches.push([...items]);
      return items.map((item) => item * 2);
    },
  });
  expect(await Promise.all([double(1), double(2), double(3)])).toEqual([2, 4, 6]);
  expect(batches).toEqual([[1, 2, 3]]);
});

test('what arrives while a batch is under way waits for it and goes together', async () => {
  const batches: number[][] = [];
  const gates: (() => void)[] = [];
  const work = makeBatcher<number, number>({
    maxBatch: 100,
    maxConcurrent: 1,
    run: async (items) => {
      batches.push([...items]);
      await new Promise<void>((open) => gates.push(open));
      return items;
    },
  });
  const first = work(1);
  await Promise.resolve();
  const rest = [work(2), work(3)];
  await Promise.resolve();
  expect(batches).toEqual([[1]]);
  gates.shift()?.();
  await first;
  await vi.waitFor(() => expect(batches).toEqual([[1], [2, 3]]), { timeout: 15_000 });
  gates.shift()?.();
  expect(await Promise.all(rest)).toEqual([2, 3]);
});

test('a batch holds no more than its limit', async () => {
  const sizes: number[] = [];
  const work = makeBatcher<number, number>({
    maxBatch: 2,
    maxConcurrent: 1,
    run: async (items) => {
      sizes.push(items.length);
      return items;
    },
  });
  await Promise.all([work(1), work(2), work(3), work(4), work(5)]);
  expect(sizes).toEqual([2, 2, 1]);
});

test('one bad item fails alone when batches are split', async () => {
  const work = makeBatcher<number, number>({
    maxBatch: 10,
    maxConcurrent: 1,
    splitAfter: () => true,
    run: async (items) => {
      if (items.includes(13)) throw new Error('unlucky');
      return items;
    },
  });
  const results = await Promise.allSettled([work(1), work(13), work(2)]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('without splitting, everybody in a failed batch learns the error', async () => {
  const work = makeBatcher<number, number>({
    maxBatch: 10,
    maxConcurrent: 1,
    run: async () => {
      throw new Error('away');
    },
  });
  const results = await Promise.allSettled([work(1), work(2)]);
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
});

test('calls that share a statement each have it as a span in their own trace', async () => {
  const recorded = recordSpans();
  const run = async (items: readonly number[]) => items;
  const work = makeBatcher<number, number>({ maxBatch: 10, maxConcurrent: 1, statement: 'create orders', run });
  const traces = await Promise.all(
    [1, 2].map((item) =>
      inSpan(`request ${item}`, { parent: null }, async ({ traceparent }) => {
        await work(item);
        return traceparent;
      }),
    ),
  );
  const statements = recorded.spans().filter(({ name }) => name === 'create orders');
  expect(statements.map(({ traceId, parentId }) => `${traceId}-${parentId}`)).toEqual(
    traces.map((traceparent) => traceparent.slice(3, 52)),
  );
});

test('an item that names its trace has its span there, and one without a trace has none', async () => {
  const recorded = recordSpans();
  const work = makeBatcher<string | null, string | null>({
    maxBatch: 10,
    maxConcurrent: 1,
    statement: 'verify stock',
    traceparentOf: (item) => item,
    run: async (items) => items,
  });
  await Promise.all([work(`00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`), work(null)]);
  expect(recorded.spans()).toMatchObject([{ traceId: 'ab'.repeat(16), parentId: 'cd'.repeat(8), kind: 'client' }]);
});
