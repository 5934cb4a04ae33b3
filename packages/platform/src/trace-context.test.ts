import { expect, test } from 'vitest';
import { parseTraceparent, traceIdOf } from './trace-context.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';

test('a traceparent is read, with the wish to be recorded', () => {
  const read = { traceId, spanId: 'b7ad6b7169203331' };
  expect(parseTraceparent(`00-${traceId}-b7ad6b7169203331-01`)).toEqual({ ...read, traceFlags: 1 });
  expect(parseTraceparent(`00-${traceId}-b7ad6b7169203331-00`)).toEqual({ ...read, traceFlags: 0 });
  expect(traceIdOf(`00-${traceId}-b7ad6b7169203331-01`)).toBe(traceId);
});

test.each([null, '', 'nonsense', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `00-${traceId}-${'0'.repeat(16)}-01`])(
  'nobody is the caller who sends %s',
  (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  },
);
