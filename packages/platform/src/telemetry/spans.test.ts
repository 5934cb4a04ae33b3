import { beforeEach, expect, test } from 'vitest';
import { parseTraceparent, traceIdOf } from '../trace-context.ts';
import { recordSpans } from './spans.fixture.ts';
import { currentTraceparent, inSpan, inSpans } from './spans.ts';

const recorded = recordSpans();
const caller = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const calledWith = (flags: string) => `00-${caller.traceId}-${caller.spanId}-${flags}`;

beforeEach(() => recorded.reset());

test('a span continues the trace of its parent under an id of its own', async () => {
  const inside = await inSpan('work', { parent: calledWith('01') }, async ({ traceparent }) => traceparent);
  const [span] = recorded.spans();
  expect(span).toMatchObject({ name: 'work', traceId: caller.traceId, parentId: caller.spanId });
  expect(parseTraceparent(inside)).toEqual({ traceId: caller.traceId, spanId: span?.id, traceFlags: 1 });
});

test('what is begun inside is below, across waiting', async () => {
  await inSpan('outer', { parent: null }, async () => {
    await Promise.resolve();
    await inSpan('inner', { kind: 'client' }, async () => {});
  });
  const [inner, outer] = recorded.spans();
  expect(inner).toMatchObject({ name: 'inner', kind: 'client', traceId: outer?.traceId, parentId: outer?.id });
  expect(outer?.parentId).toBeUndefined();
  expect(currentTraceparent()).toBeUndefined();
});

test('an error marks the span as failed and goes on to the caller', async () => {
  const failing = inSpan('work', { parent: null }, () => Promise.reject(new Error('broken')));
  await expect(failing).rejects.toThrow('broken');
  expect(recorded.spans()).toMatchObject([{ name: 'work', failed: true }]);
});

test('a stranger continues a trace and decides neither for nor against recording it', async () => {
  for (const flags of ['00', '01']) {
    const traceparent = await inSpan(
      'served',
      { parent: calledWith(flags), origin: 'stranger' },
      async (span) => span.traceparent,
    );
    expect(traceIdOf(traceparent)).toBe(caller.traceId);
  }
  expect(recorded.spans()).toHaveLength(2);
});

test('inside the system a trace that is not recorded stays so, and its id goes on', async () => {
  const inside = await inSpan('work', { parent: calledWith('00') }, async ({ traceparent }) => traceparent);
  expect(traceIdOf(inside)).toBe(caller.traceId);
  expect(inside.endsWith('-00')).toBe(true);
  expect(recorded.spans()).toEqual([]);
});

test('a probe is never recorded, and still has a trace id', async () => {
  const inside = await inSpan('health', { parent: null, origin: 'probe' }, async ({ traceparent }) => traceparent);
  expect(parseTraceparent(inside)).toMatchObject({ traceFlags: 0 });
  expect(recorded.spans()).toEqual([]);
});

test('work for several traces is a span in each of them, and in none where there is none', async () => {
  const other = `00-${'cd'.repeat(16)}-${'ef'.repeat(8)}-01`;
  const seen = await inSpans(
    (index) => `item ${index}`,
    {},
    [calledWith('01'), null, other],
    async (all) => all,
  );
  expect(seen[1]).toBeNull();
  expect(recorded.spans().map(({ name, traceId }) => [name, traceId])).toEqual([
    ['item 0', caller.traceId],
    ['item 2', 'cd'.repeat(16)],
  ]);
});
