import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { classifyCallError } from './grpc-classification.ts';

const withCode = (code: unknown) => Object.assign(new Error('on purpose'), { code });

/** [status, may have reserved, retry, what happens to the order, why it is verified, counts against the service] */
const table = [
  ['CANCELLED', true, 'no', 'verify', 'connection_error', true],
  ['UNKNOWN', true, 'no', 'verify', 'connection_error', true],
  ['INVALID_ARGUMENT', false, 'no', 'rejected', 'connection_error', false],
  ['DEADLINE_EXCEEDED', true, 'if_time', 'verify', 'grpc_timeout', true],
  ['NOT_FOUND', false, 'no', 'verify', 'connection_error', true],
  ['ALREADY_EXISTS', true, 'no', 'verify', 'connection_error', false],
  ['PERMISSION_DENIED', false, 'no', 'verify', 'connection_error', true],
  ['RESOURCE_EXHAUSTED', true, 'no', 'verify', 'connection_error', true],
  ['FAILED_PRECONDITION', false, 'no', 'verify', 'connection_error', true],
  ['ABORTED', true, 'no', 'verify', 'connection_error', true],
  ['OUT_OF_RANGE', false, 'no', 'rejected', 'connection_error', false],
  ['UNIMPLEMENTED', false, 'no', 'verify', 'connection_error', true],
  ['INTERNAL', true, 'no', 'verify', 'connection_error', true],
  ['UNAVAILABLE', true, 'yes', 'verify', 'connection_error', true],
  ['DATA_LOSS', true, 'no', 'verify', 'connection_error', true],
  ['UNAUTHENTICATED', false, 'no', 'verify', 'connection_error', true],
] as const;

describe('a gRPC error', () => {
  test.each(table)('%s is judged', (name, ambiguous, retry, outcome, verifyReason, unhealthy) => {
    expect(classifyCallError(withCode(status[name]))).toEqual({ ambiguous, retry, outcome, verifyReason, unhealthy });
  });

  test('has a judgement for every status there is', () => {
    const names = Object.keys(status).filter((name) => !/^\d+$/.test(name) && name !== 'OK');
    expect(table.map(([name]) => name as string).sort()).toEqual(names.sort());
  });
});

test.each([
  ['ECONNREFUSED', false, 'yes', 'connection_error'],
  ['ECONNRESET', true, 'yes', 'connection_error'],
  ['EPIPE', true, 'yes', 'connection_error'],
  ['ETIMEDOUT', true, 'if_time', 'grpc_timeout'],
] as const)('the socket error %s is judged', (code, ambiguous, retry, verifyReason) => {
  expect(classifyCallError(withCode(code))).toMatchObject({ ambiguous, retry, verifyReason, outcome: 'verify' });
});

test('a call that the open breaker refused was never made, and is not held against the service', () => {
  expect(classifyCallError(withCode('EOPENBREAKER'))).toEqual({
    ambiguous: false,
    retry: 'no',
    outcome: 'verify',
    verifyReason: 'circuit_open',
    unhealthy: false,
  });
});

test.each([withCode('ESOMETHING'), withCode(99), new TypeError('a bug'), 'not even an error', undefined])(
  'an error that nobody foresaw may have reserved the stock: %s',
  (error) => {
    expect(classifyCallError(error)).toMatchObject({ ambiguous: true, retry: 'no', outcome: 'verify' });
  },
);
