import { expect, test } from 'vitest';
import { traceparentsOf } from './trigger-traces.ts';

test('a single message brings its properties as one object', () => {
  expect(traceparentsOf({ triggerMetadata: { applicationProperties: { traceparent: 'a' } } })).toEqual(['a']);
});

test('a batch brings them as a list, one without a trace in its place', () => {
  const applicationPropertiesArray = [{ traceparent: 'a' }, {}, { traceparent: 'c' }];
  expect(traceparentsOf({ triggerMetadata: { applicationPropertiesArray } })).toEqual(['a', undefined, 'c']);
});

test('a call by hand brings none', () => {
  expect(traceparentsOf({})).toEqual([undefined]);
});
