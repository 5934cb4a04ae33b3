import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeLatencyHistogram } from './latency-histogram.ts';

test('a quantile is never below the true one and at most 5 % above it', () => {
  const durations = fc.array(fc.double({ min: 0.2, max: 500_000, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99, 1), (all, share) => {
      const histogram = makeLatencyHistogram();
      for (const ms of all) histogram.add(ms);
      const sorted = all.toSorted((a, b) => a - b);
      const truth = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      const told = histogram.quantile(share);
      expect(told).toBeGreaterThanOrEqual(truth * (1 - 1e-9));
      expect(told).toBeLessThanOrEqual(truth * 1.05 * (1 + 1e-9));
    }),
  );
});

test('extremes are told as they are, and nothing as 0', () => {
  const histogram = makeLatencyHistogram();
  expect(histogram.quantile(0.95)).toBe(0);
  histogram.add(0);
  expect(histogram.quantile(0.95)).toBe(0);
  histogram.add(3_600_000);
  expect(histogram.quantile(0.95)).toBe(3_600_000);
});
