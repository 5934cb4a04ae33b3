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
import { countMessages } from './browsing.ts';
import { addReceiver } from './delivery.ts';
import { cancelScheduled, publish } from './publish.ts';
import { settle } from './settlement.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const content = (body: string, more = {}): ReturnType<typeof plainContent> => plainContent({ body, ...more });

describe('scheduled messages', () => {
  it('become active when their time comes, with a new sequence number', async () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ queues: { q: {} } }, clock);
    const queue = broker.get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    const later = content('later', { scheduledFor: clock.now() + MINUTE });
    const sooner = content('sooner', { scheduledFor: clock.now() + 30 * SECOND });
    expect(publish(queue, [later, sooner])).toEqual([1, 2]);
    clock.advance(30 * SECOND);
    broker.tick();
    await handedOut();
    expect(receiver.bodies).toEqual(['sooner']);
    expect(receiver.received[0]).toMatchObject({ sequence: 3, wasScheduled: true, enqueuedAt: clock.now() });
    clock.advance(30 * SECOND);
    broker.tick();
    await handedOut();
    expect(receiver.bodies).toEqual(['sooner', 'later']);
  });

  it('can be cancelled, all or none', () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ queues: { q: {} } }, clock);
    const queue = broker.get('q');
    publish(queue, [content('a', { scheduledFor: clock.now() + MINUTE })]);
    expect(() => cancelScheduled(queue, [1, 2])).toThrow(/2 was not found/);
    cancelScheduled(queue, [1]);
    clock.advance(2 * MINUTE);
    broker.tick();
    expect(bodiesIn(queue)).toEqual([]);
  });

  it('are enqueued at once when their time is past', () => {
    const clock = makeTestClock();
    const queue = makeTestBroker({ queues: { q: {} } }, clock).get('q');
    publish(queue, [content('a', { scheduledFor: clock.now() - MINUTE })]);
    expect(queue.messages.get(1)?.state).toBe('ready');
  });
});

describe('lifetimes', () => {
  it('end: the message is gone, or dead-lettered where that is configured', () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ queues: { q: {}, careful: { deadLettersExpired: true } } }, clock);
    for (const name of ['q', 'careful']) publish(broker.get(name), [content('a', { timeToLiveMs: 10 * SECOND })]);
    clock.advance(10 * SECOND);
    broker.tick();
    expect(countMessages(broker.get('q'))).toMatchObject({ active: 0, deadLetter: 0 });
    expect(countMessages(broker.get('careful'))).toMatchObject({ active: 0, deadLetter: 1 });
    const [dead] = broker.get('careful/$DeadLetterQueue').messages.values();
    expect(dead?.content.properties().application.DeadLetterReason).toBe('TTLExpiredException');
  });

  it('are the shortest of what message, topic and subscription say', () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ topics: { t: { s: { settings: { timeToLiveMs: 5 * MINUTE } } } } }, clock);
    publish(broker.get('t'), [content('a', { timeToLiveMs: 50 * MINUTE }), content('b', { timeToLiveMs: MINUTE })]);
    const lifetimes = [...broker.get('t/Subscriptions/s').messages.values()].map((message) => message.timeToLiveMs);
    expect(lifetimes).toEqual([5 * MINUTE, MINUTE]);
  });

  it('do not end while the message is locked, but do once it is given back', async () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ queues: { q: { lockDurationMs: MINUTE } } }, clock);
    const queue = broker.get('q');
    const receiver = makeTestReceiver({ credit: 1 });
    addReceiver(queue, receiver);
    publish(queue, [content('a', { timeToLiveMs: 10 * SECOND })]);
    await handedOut();
    clock.advance(20 * SECOND);
    broker.tick();
    expect(bodiesIn(queue)).toEqual(['a']);
    settle(queue, tokenOf(receiver.received[0]), { kind: 'abandon' });
    broker.tick();
    expect(bodiesIn(queue)).toEqual([]);
  });

  it('that ended leave nothing behind in memory when nobody receives', () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ queues: { q: {} } }, clock);
    const queue = broker.get('q');
    for (let round = 0; round < 5; round++) {
      publish(
        queue,
        Array.from({ length: 1000 }, () => content('a', { timeToLiveMs: SECOND })),
      );
      clock.advance(SECOND);
      broker.tick();
    }
    expect(queue.messages.size).toBe(0);
    expect(queue.ready.entries).toBeLessThanOrEqual(1024);
    expect(queue.expiring.size).toBeLessThanOrEqual(1024);
  });
});

describe('duplicate detection', () => {
  it('does not remember the id of a message that could not be taken in', () => {
    const rules = [{ name: 'r', filter: { sql: 'a = 1' } }];
    const broker = makeTestBroker({ topics: { t: { s: { rules } } } }, makeTestClock(), undefined, {
      requiresDuplicateDetection: true,
    });
    const unreadable = {
      ...content('a', { messageId: 'id' }),
      properties: (): never => {
        throw new RangeError('unreadable');
      },
    };
    expect(() => publish(broker.get('t'), [unreadable])).toThrow('unreadable');
    expect(publish(broker.get('t'), [content('a', { messageId: 'id', application: { a: 1 } })])).toEqual([1]);
    expect(bodiesIn(broker.get('t/Subscriptions/s'))).toEqual(['a']);
  });

  it('drops a message id seen within the window, and takes it again after', () => {
    const clock = makeTestClock();
    const broker = makeTestBroker(
      { queues: { q: { requiresDuplicateDetection: true, duplicateWindowMs: 20 * SECOND } } },
      clock,
    );
    const queue = broker.get('q');
    publish(queue, [content('one', { messageId: 'id' })]);
    clock.advance(19 * SECOND);
    broker.tick();
    expect(publish(queue, [content('two', { messageId: 'id' })])).toEqual([0]);
    clock.advance(SECOND);
    broker.tick();
    publish(queue, [content('three', { messageId: 'id' })]);
    expect(bodiesIn(queue)).toEqual(['one', 'three']);
    expect(queue.duplicates.size).toBe(1);
  });
});
