import { expect, test } from 'vitest';
import type { TypedData } from '../app/rpc-types.ts';
import { toMessages } from './outputs.ts';

test.each<[string, TypedData | undefined, [string, string][]]>([
  ['nothing is no message', undefined, []],
  ['a text is its message', { string: 'hello' }, [['hello', 'text/plain']]],
  ['an object is JSON', { json: '{"a":1}' }, [['{"a":1}', 'text/plain']]],
  [
    'an array is a message per element',
    { json: '[{"a":1},"b",3]' },
    [
      ['{"a":1}', 'text/plain'],
      ['b', 'text/plain'],
      ['3', 'text/plain'],
    ],
  ],
  [
    'a text that reads like an array is split as well',
    { string: ' ["a","b"] ' },
    [
      ['a', 'text/plain'],
      ['b', 'text/plain'],
    ],
  ],
  ['a text that only looks like JSON stays whole', { string: '{not json}' }, [['{not json}', 'text/plain']]],
  ['a number is its digits', { int: 7 }, [['7', 'text/plain']]],
  ['bytes are one message', { bytes: Buffer.from('raw') }, [['raw', 'application/octet-stream']]],
])('of an output binding, %s', (_what, data, expected) => {
  expect(toMessages(data).map((message) => [String(message.body), message.contentType])).toEqual(expected);
});
