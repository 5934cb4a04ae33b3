import { expect, test } from 'vitest';
import { isAbandonedClose } from './abandoned-close.ts';

const failed = (name: string, message: string) => Object.assign(new Error(message), { name });

test('a link that a silent broker never closed is the broker’s silence and no fault of the app', () => {
  const message = "Unable to close the receiver 'q-1' on amqp session 'local-1_remote-1' due to operation timeout.";
  expect(isAbandonedClose(failed('OperationTimeoutError', message))).toBe(true);
});

test('any other error is the app’s', () => {
  expect(isAbandonedClose(failed('OperationTimeoutError', 'The request timed out.'))).toBe(false);
  expect(isAbandonedClose(failed('TypeError', 'Unable to close the shop'))).toBe(false);
  expect(isAbandonedClose('Unable to close the receiver')).toBe(false);
});
