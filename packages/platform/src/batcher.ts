import { inSpan } from './telemetry/spans.ts';

export interface BatcherOptions<Item, Result> {
  /** Does the work of all items at once; answers one result per item, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly maxBatch: number;
  /** How many batches may be under way at the same time. */
  readonly maxConcurrent: number;
  /** True when a failed batch says nothing about its single items, so that trying them one by one is worth it. */
  readonly splitAfter?: (error: unknown) => boolean;
  /** The statement that the batch is, in a word: each call is a span of this name, the wait and the round trip it shared. */
  readonly statement?: string;
  /** The trace that an item belongs to. Default: that of its caller. */
  readonly traceparentOf?: (item: Item) => string | null;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets calls that wait at the same moment share one round trip. There is no timer: an idle caller is served at once,
 * and under load a batch is whatever gathered while the one before was under way.
 */
export function makeBatcher<Item, Result>(options: BatcherOptions<Item, Result>): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let running = 0;
  let scheduled = false;

  const runBatch = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await options.run(batch.map(({ item }) => item));
      if (results.length !== batch.length)
        throw new Error(`a batch of ${batch.length} answered ${results.length} results`);
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      if (batch.length > 1 && options.splitAfter?.(error)) {
        for (const single of batch) await runBatch([single]);
      } else {
        for (const { reject } of batch) reject(error);
      }
    }
  };

  const start = (): void => {
    scheduled = false;
    while (running < options.maxConcurrent && waiting.length > 0) {
      running += 1;
      void runBatch(waiting.splice(0, options.maxBatch)).finally(() => {
        running -= 1;
        start();
      });
    }
  };

  const enqueue = (item: Item): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (scheduled) return;
      scheduled = true;
      // After the current tick, so that calls which arrive together leave together.
      queueMicrotask(start);
    });
  const { statement, traceparentOf } = options;
  if (statement === undefined) return enqueue;
  const span = {
    kind: 'client',
    attributes: { 'db.system.name': 'postgresql', 'db.query.summary': statement },
  } as const;
  return (item) => {
    if (traceparentOf === undefined) return inSpan(statement, span, () => enqueue(item));
    const parent = traceparentOf(item);
    return parent === null ? enqueue(item) : inSpan(statement, { ...span, parent }, () => enqueue(item));
  };
}
