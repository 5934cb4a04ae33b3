import { describe, expect, it } from 'vitest';
import {
  bodiesIn,
  handedOut,
  makeTestBroker,
  makeTestClock,
  makeTestReceiver,
  plainContent,
  tokenOf,
} from './broker.fixture.ts';
import { countMessages, receiveDeferred } from './browsing.ts';
import { addReceiver, removeReceiver } from './delivery.ts';
import { publish } from './publish.ts';
import { renewLocks, settle } from './settlement.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const content = (body: string, more = {}): ReturnType<typeof plainContent> => plainContent({ body, ...more });

describe('settlement', () => {
  it('removes a completed message and loses its lock token', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(queue, [content('a')]);
    await handedOut();
    const token = tokenOf(receiver.received[0]);
    settle(queue, token, { kind: 'complete' });
    expect(bodiesIn(queue)).toEqual([]);
    expect(() => settle(queue, token, { kind: 'complete' })).toThrow(/lock supplied is invalid/);
  });

  it('puts an abandoned message back in its place, counted and with its changed properties', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    const receiver = makeTestReceiver({ credit: 1 });
    addReceiver(queue, receiver);
    publish(queue, [content('first'), content('second')]);
    await handedOut();
    settle(queue, tokenOf(receiver.received[0]), { kind: 'abandon', properties: { tries: 1 } });
    receiver.credit = 2;
    await handedOut();
    expect(receiver.bodies).toEqual(['first', 'first', 'second']);
    expect(receiver.received[1]?.deliveryCount).toBe(1);
    expect(receiver.received[1]?.content.properties().application).toEqual({ tries: 1 });
  });

  it('does not count a released message', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    const receiver = makeTestReceiver({ credit: 1 });
    addReceiver(queue, receiver);
    publish(queue, [content('a')]);
    await handedOut();
    settle(queue, tokenOf(receiver.received[0]), { kind: 'release' });
    expect(queue.messages.get(1)?.deliveryCount).toBe(0);
    expect(queue.messages.get(1)?.state).toBe('ready');
  });

  it('dead-letters a message that was delivered too often', async () => {
    const queue = makeTestBroker({ queues: { q: { maxDeliveryCount: 2 } } }).get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(queue, [content('a')]);
    for (let delivery = 0; delivery < 2; delivery++) {
      await handedOut();
      settle(queue, tokenOf(receiver.received[delivery]), { kind: 'abandon' });
    }
    const [dead] = queue.deadLetters?.messages.values() ?? [];
    expect(dead?.content.properties().application.DeadLetterReason).toBe('MaxDeliveryCountExceeded');
    expect(dead?.deliveryCount).toBe(2);
    expect(bodiesIn(queue)).toEqual([]);
  });

  it('dead-letters on request, with reason, description and properties', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(queue, [content('a')]);
    await handedOut();
    const properties = { by: 'test' };
    settle(queue, tokenOf(receiver.received[0]), {
      kind: 'dead-letter',
      reason: 'bad',
      description: 'very',
      properties,
    });
    const [dead] = queue.deadLetters?.messages.values() ?? [];
    expect(dead?.content.properties().application).toEqual({
      DeadLetterReason: 'bad',
      DeadLetterErrorDescription: 'very',
      by: 'test',
    });
  });

  it('refuses to dead-letter out of a dead-letter queue, and neither counts nor expires what is there', async () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ queues: { q: { timeToLiveMs: MINUTE } } }, clock);
    const queue = broker.get('q');
    const dead = broker.get('q/$DeadLetterQueue');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(queue, [content('a')]);
    await handedOut();
    settle(queue, tokenOf(receiver.received[0]), { kind: 'dead-letter' });
    clock.advance(60 * MINUTE);
    broker.tick();
    const reader = makeTestReceiver();
    addReceiver(dead, reader);
    await handedOut();
    expect(() => settle(dead, tokenOf(reader.received[0]), { kind: 'dead-letter' })).toThrow(/cannot be dead-lettered/);
    await handedOut();
    settle(dead, tokenOf(reader.received[1]), { kind: 'abandon' });
    expect(dead.messages.get(1)?.deliveryCount).toBe(0);
  });

  it('forwards dead letters where it is told to, naming where they came from', async () => {
    const broker = makeTestBroker({ queues: { q: { forwardDeadLettersTo: 'graveyard' }, graveyard: {} } });
    const queue = broker.get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(queue, [content('a')]);
    await handedOut();
    settle(queue, tokenOf(receiver.received[0]), { kind: 'dead-letter', reason: 'bad' });
    const [dead] = broker.get('graveyard').messages.values();
    expect(dead?.deadLetterSource).toBe('q');
    expect(dead?.content.properties().application.DeadLetterReason).toBe('bad');
    expect(dead?.deliveryCount).toBe(0);
  });
});

describe('locks', () => {
  it('run out: the message is delivered again, counted, and the old token is worth nothing', async () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ queues: { q: { lockDurationMs: 30 * SECOND } } }, clock);
    const queue = broker.get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(queue, [content('a')]);
    await handedOut();
    const token = tokenOf(receiver.received[0]);
    clock.advance(30 * SECOND);
    expect(() => settle(queue, token, { kind: 'complete' })).toThrow(/lock supplied is invalid/);
    broker.tick();
    await handedOut();
    expect(receiver.received[1]?.deliveryCount).toBe(1);
    expect(tokenOf(receiver.received[1]).equals(token)).toBe(false);
  });

  it('last longer when renewed, whatever order that makes them end in', async () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ queues: { q: { lockDurationMs: 30 * SECOND } } }, clock);
    const queue = broker.get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(queue, [content('renewed'), content('left')]);
    await handedOut();
    clock.advance(20 * SECOND);
    expect(renewLocks(queue, [tokenOf(receiver.received[0])])).toEqual([clock.now() + 30 * SECOND]);
    clock.advance(15 * SECOND);
    broker.tick();
    await handedOut();
    expect(receiver.bodies).toEqual(['renewed', 'left', 'left']);
    settle(queue, tokenOf(receiver.received[0]), { kind: 'complete' });
  });

  it('outlive the receiver that had them', async () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ queues: { q: { lockDurationMs: 30 * SECOND } } }, clock);
    const queue = broker.get('q');
    const first = makeTestReceiver();
    addReceiver(queue, first);
    publish(queue, [content('a')]);
    await handedOut();
    removeReceiver(queue, first);
    const second = makeTestReceiver();
    addReceiver(queue, second);
    await handedOut();
    expect(second.bodies).toEqual([]);
    settle(queue, tokenOf(first.received[0]), { kind: 'complete' });
  });
});

describe('deferred messages', () => {
  it('are passed over until asked for by number, and deferred again when abandoned', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(queue, [content('a')]);
    await handedOut();
    settle(queue, tokenOf(receiver.received[0]), { kind: 'defer', properties: { why: 'early' } });
    await handedOut();
    expect(receiver.received).toHaveLength(1);
    expect(countMessages(queue)).toEqual({ active: 0, scheduled: 0, deferred: 1, deadLetter: 0 });
    const [taken] = receiveDeferred(queue, [1], 'lock');
    settle(queue, tokenOf(taken), { kind: 'abandon' });
    const [again] = receiveDeferred(queue, [1], 'lock');
    expect(again?.content.properties().application).toEqual({ why: 'early' });
    settle(queue, tokenOf(again), { kind: 'complete' });
    expect(() => receiveDeferred(queue, [1], 'lock')).toThrow(/does not exist/);
  });
});
