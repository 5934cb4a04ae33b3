import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import { handedOut, makeTestBroker, makeTestClock, makeTestReceiver, tokenOf } from './broker.fixture.ts';
import { addReceiver } from './delivery.ts';
import type { Entity } from './entity.ts';
import { swapGuidOrder } from './lock-token.ts';
import { manage } from './management.ts';

interface TypedValue {
  readonly type: { readonly typecode: number };
  readonly array_constructor?: { readonly typecode: number };
  readonly value: unknown;
}

const ARRAY = 0xf0;
const TIMESTAMP = 0x83;
const LONG = 0x81;
const UUID = 0x98;

function encoded(body: string): Buffer {
  return rhea.message.encode({ body }) as unknown as Buffer;
}

function ask(entity: Entity, operation: string, body: object): Record<string, unknown> | undefined {
  return manage(entity, `com.microsoft:${operation}`, body) as Record<string, unknown> | undefined;
}

function typed(value: unknown): TypedValue {
  return value as TypedValue;
}

describe('the answers of $management', () => {
  it('list sequence numbers in an array of long', () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    const answer = ask(queue, 'schedule-message', { messages: [{ message: encoded('a') }, { message: encoded('b') }] });
    const numbers = typed(answer?.['sequence-numbers']);
    expect(numbers.type.typecode).toBe(ARRAY);
    expect(numbers.array_constructor?.typecode).toBe(LONG);
    expect(numbers.value).toEqual([1, 2]);
  });

  it('list expirations in an array of timestamp, for tokens in RFC byte order', async () => {
    const clock = makeTestClock();
    const queue = makeTestBroker({ queues: { q: { lockDurationMs: 30_000 } } }, clock).get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    ask(queue, 'schedule-message', { messages: [{ message: encoded('a') }] });
    await handedOut();
    const token = swapGuidOrder(tokenOf(receiver.received[0]));
    const expirations = typed(ask(queue, 'renew-lock', { 'lock-tokens': [token] })?.expirations);
    expect(expirations.type.typecode).toBe(ARRAY);
    expect(expirations.array_constructor?.typecode).toBe(TIMESTAMP);
    expect(expirations.value).toEqual([clock.now() + 30_000]);
  });

  it('give deferred messages as a list of maps, each with its lock token as a uuid', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    ask(queue, 'schedule-message', { messages: [{ message: encoded('a') }] });
    await handedOut();
    const tokens = [swapGuidOrder(tokenOf(receiver.received[0]))];
    ask(queue, 'update-disposition', { 'lock-tokens': tokens, 'disposition-status': 'defered' });
    const request = { 'sequence-numbers': [1], 'receiver-settle-mode': 1 };
    const messages = ask(queue, 'receive-by-sequence-number', request)?.messages as Record<string, unknown>[];
    expect(typed(messages[0]?.['lock-token']).type.typecode).toBe(UUID);
    expect(typed(messages[0]?.['lock-token']).value).toEqual(swapGuidOrder(tokenOf(queue.messages.get(1))));
    expect(rhea.message.decode(messages[0]?.message as Buffer).body).toBe('a');
  });

  it('have no content when there is nothing to say', () => {
    const broker = makeTestBroker({ queues: { q: {} }, topics: { t: { s: { rules: [] } } } });
    expect(ask(broker.get('q'), 'peek-message', { 'from-sequence-number': 0, 'message-count': 1 })).toBeUndefined();
    expect(ask(broker.get('q'), 'batch-delete-messages', { 'message-count': 10 })).toBeUndefined();
    expect(ask(broker.get('t/Subscriptions/s'), 'enumerate-rules', {})).toBeUndefined();
  });

  it('count the messages that a batch delete removed', () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    ask(queue, 'schedule-message', { messages: [{ message: encoded('a') }, { message: encoded('b') }] });
    const answer = ask(queue, 'batch-delete-messages', { 'message-count': 10, 'enqueued-time-utc': new Date(9e15) });
    expect(typed(answer?.['message-count']).value).toBe(2);
    expect(queue.messages.size).toBe(0);
  });

  it('settle all of several messages or none', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    ask(queue, 'schedule-message', { messages: [{ message: encoded('a') }] });
    await handedOut();
    const tokens = [swapGuidOrder(tokenOf(receiver.received[0])), Buffer.alloc(16)];
    expect(() =>
      ask(queue, 'update-disposition', { 'lock-tokens': tokens, 'disposition-status': 'completed' }),
    ).toThrow(/lock supplied is invalid/);
    expect(queue.messages.size).toBe(1);
  });

  it.each<[string, object, RegExp]>([
    ['dance', {}, /'com.microsoft:dance' is not supported/],
    ['toString', {}, /is not supported/],
    ['peek-message', { 'message-count': 1 }, /'from-sequence-number' must be a number/],
    ['schedule-message', { messages: [{ message: 'text' }] }, /'message' must be binary/],
    ['update-disposition', { 'disposition-status': 'eaten' }, /'eaten' is not a disposition status/],
    ['renew-session-lock', { 'session-id': 's' }, /does not require sessions/],
    ['add-rule', { 'rule-name': 'r', 'rule-description': {} }, /is not a subscription/],
  ])('refuse %s with %j', (operation, body, message) => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    expect(() => ask(queue, operation, body)).toThrow(message);
  });
});
