import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { makeTraceSampler, withOrigin } from './sampler.ts';

const parentWith = (traceFlags: number) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags, isRemote: true });

function sampling(tracesPerSecond: number) {
  let now = 0;
  const sampler = makeTraceSampler(tracesPerSecond, () => now);
  const isRecorded = (context = ROOT_CONTEXT, operation = 'POST /api/orders') =>
    sampler.shouldSample(context, 'ab'.repeat(16), operation, SpanKind.SERVER, {}, []).decision ===
    SamplingDecision.RECORD_AND_SAMPLED;
  return {
    isRecorded,
    pass: (ms: number) => (now += ms),
    times: (n: number) => Array.from({ length: n }, () => isRecorded()),
  };
}

test('so many traces a second are recorded, the first ones of a burst', () => {
  const { times, pass } = sampling(3);
  expect(times(5)).toEqual([true, true, true, false, false]);
  pass(1_000);
  expect(times(4)).toEqual([true, true, true, false]);
});

test('the allowance grows with time and not beyond a second', () => {
  const { times, pass } = sampling(4);
  times(4);
  pass(250);
  expect(times(2)).toEqual([true, false]);
  pass(60_000);
  expect(times(6).filter(Boolean)).toHaveLength(4);
});

test('an operation that is asked for all the time takes nothing from the others', () => {
  const { isRecorded } = sampling(1);
  const polls = Array.from({ length: 5 }, () => isRecorded(ROOT_CONTEXT, 'GET /api/orders/{orderId}'));
  expect(polls.filter(Boolean)).toHaveLength(1);
  expect(isRecorded()).toBe(true);
});

test('none at all can be asked for', () => {
  expect(sampling(0).times(2)).toEqual([false, false]);
});

test('below a parent the decision is the parent`s, and costs no allowance', () => {
  const { isRecorded } = sampling(1);
  expect([isRecorded(parentWith(1)), isRecorded(parentWith(1)), isRecorded(parentWith(0))]).toEqual([
    true,
    true,
    false,
  ]);
  expect(isRecorded()).toBe(true);
});

test('a stranger`s parent cannot force recording, however often it asks', () => {
  const { isRecorded } = sampling(2);
  const asked = Array.from({ length: 10 }, () => isRecorded(withOrigin(parentWith(1), 'stranger')));
  expect(asked.filter(Boolean)).toHaveLength(2);
});
