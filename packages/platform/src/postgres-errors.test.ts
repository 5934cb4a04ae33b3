import { expect, test } from 'vitest';
import { isUnavailable } from './postgres-errors.ts';

const withCode = (code: string) => Object.assign(new Error('failed'), { code });

test.each([
  'ECONNREFUSED',
  'ECONNRESET',
  '08006',
  '53100',
  '53300',
  '57P01',
  '57P03',
  '57014',
  '40001',
  '40P01',
  '25006',
])('%s may pass by itself', (code) => {
  expect(isUnavailable(withCode(code))).toBe(true);
});

test.each(['23505', '22P02', '42601', '23514', 'ERR_INVALID_ARG_TYPE'])('%s will not pass by itself', (code) => {
  expect(isUnavailable(withCode(code))).toBe(false);
});

test('what the driver says without a code is understood', () => {
  expect(isUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isUnavailable(new Error('timeout exceeded when trying to connect'))).toBe(true);
  expect(isUnavailable(new Error('Connection terminated due to connection timeout'))).toBe(true);
  expect(isUnavailable(new Error('no such order'))).toBe(false);
});

test('the reason is found behind a wrapper, and among several attempts', () => {
  expect(isUnavailable(new Error('outer', { cause: withCode('ECONNREFUSED') }))).toBe(true);
  expect(isUnavailable(new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]))).toBe(true);
  expect(isUnavailable('ECONNREFUSED')).toBe(false);
});
