import { expect, test } from 'vitest';
import { continueTrace, traceIdOf } from './trace-context.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';

test("a caller's trace goes on under a span of our own", () => {
  const ours = continueTrace(`00-${trace}-b7ad6b7169203331-01`);
  expect(traceIdOf(ours)).toBe(trace);
  expect(ours).not.toContain('b7ad6b7169203331');
});

test.each([null, '', 'nonsense', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `00-${trace}-${'0'.repeat(16)}-01`])(
  'a trace of its own begins after %s',
  (header) => {
    expect(continueTrace(header)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(traceIdOf(continueTrace(header))).not.toBe(trace);
  },
);
