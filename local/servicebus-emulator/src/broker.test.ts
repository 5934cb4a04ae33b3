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
import { countMessages, deleteMessages, peekMessages, purge, receiveDeferred } from './browsing.ts';
import { addReceiver, removeReceiver } from './delivery.ts';
import { cancelScheduled, publish } from './publish.ts';
import { renewLocks, settle } from './settlement.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const content = (body: string, more = {}): ReturnType<typeof plainContent> => plainContent({ body, ...more });

describe('a queue', () => {
  it('hands messages out in the order they came, no more than the receiver has room for', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    publish(queue, [content('a'), content('b'), content('c')]);
    const receiver = makeTestReceiver({ credit: 2 });
    addReceiver(queue, receiver);
    await handedOut();
    expect(receiver.bodies).toEqual(['a', 'b']);
  });

  it('finds entities by name without regard to case', () => {
    const broker = makeTestBroker({ queues: { Orders: {} } });
    expect(broker.get('ORDERS/$deadletterqueue').kind).toBe('dead-letter');
    expect(() => broker.get('nothing')).toThrow(/could not be found/);
  });

  it('takes a batch in as one unit: none of it when one message is too large', () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    expect(() => publish(queue, [content('small'), content('x'.repeat(2000))])).toThrow(/exceeds the limit/);
    expect(bodiesIn(queue)).toEqual([]);
  });

  it('gives a message without an id one', () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    publish(queue, [content('a')]);
    expect(queue.messages.get(1)?.content.messageId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('shares work between competing receivers', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    const receivers = [makeTestReceiver(), makeTestReceiver(), makeTestReceiver()];
    for (const receiver of receivers) addReceiver(queue, receiver);
    publish(
      queue,
      ['a', 'b', 'c', 'd', 'e', 'f'].map((body) => content(body)),
    );
    await handedOut();
    expect(receivers.map((receiver) => receiver.received.length)).toEqual([2, 2, 2]);
  });

  it('forgets a message once delivered to a receiver that deletes on delivery', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    publish(queue, [content('a')]);
    const receiver = makeTestReceiver({ deletesOnDelivery: true });
    addReceiver(queue, receiver);
    await handedOut();
    expect(receiver.bodies).toEqual(['a']);
    expect(receiver.received[0]?.lock).toBeUndefined();
    expect(bodiesIn(queue)).toEqual([]);
  });
});

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

describe('a topic', () => {
  const rules = {
    everything: {},
    correlated: {
      rules: [
        { name: 'r', filter: { correlation: { system: { subject: 'reserved' }, application: { region: 'eu' } } } },
      ],
    },
    sql: {
      rules: [{ name: 'big', filter: { sql: 'quantity > 5' }, action: "SET size = 'big'; REMOVE quantity" }],
    },
    nothing: { rules: [{ name: 'r', filter: { sql: '1=0' } }] },
  };

  it('gives each subscription what its rules let through', () => {
    const broker = makeTestBroker({ topics: { t: rules } });
    publish(broker.get('t'), [
      content('a', { system: { subject: 'reserved' }, application: { region: 'eu', quantity: 3 } }),
      content('b', { system: { subject: 'reserved' }, application: { region: 'us', quantity: 9 } }),
    ]);
    const inSubscription = (name: string): unknown => bodiesIn(broker.get(`t/Subscriptions/${name}`));
    expect(inSubscription('everything')).toEqual(['a', 'b']);
    expect(inSubscription('correlated')).toEqual(['a']);
    expect(inSubscription('sql')).toEqual(['b']);
    expect(inSubscription('nothing')).toEqual([]);
  });

  it('applies an action to the copy of its own subscription only', () => {
    const broker = makeTestBroker({ topics: { t: rules } });
    publish(broker.get('t'), [content('a', { application: { quantity: 9 } })]);
    const propertiesIn = (name: string): unknown =>
      broker.get(`t/Subscriptions/${name}`).messages.get(1)?.content.properties().application;
    expect(propertiesIn('sql')).toMatchObject({ size: 'big', RuleName: 'big' });
    expect(propertiesIn('everything')).toEqual({ quantity: 9 });
  });

  it('gives one copy for all rules without an action and one for each rule with one', () => {
    const all = { sql: '1=1' };
    const action = 'SET x = 1';
    const rulesOf = [
      { name: 'plain', filter: all },
      { name: 'plain-too', filter: all },
      { name: 'first', filter: all, action },
      { name: 'second', filter: all, action },
    ];
    const broker = makeTestBroker({ topics: { t: { s: { rules: rulesOf } } } });
    publish(broker.get('t'), [content('a')]);
    expect(bodiesIn(broker.get('t/Subscriptions/s'))).toEqual(['a', 'a', 'a']);
  });

  it('schedules in the topic and fans out when the time comes', () => {
    const clock = makeTestClock();
    const broker = makeTestBroker({ topics: { t: { a: {}, b: {} } } }, clock);
    publish(broker.get('t'), [content('later', { scheduledFor: clock.now() + MINUTE })]);
    expect(countMessages(broker.get('t')).scheduled).toBe(1);
    clock.advance(MINUTE);
    broker.tick();
    expect(bodiesIn(broker.get('t/Subscriptions/a'))).toEqual(['later']);
    expect(bodiesIn(broker.get('t/Subscriptions/b'))).toEqual(['later']);
    expect(countMessages(broker.get('t')).scheduled).toBe(0);
  });

  it('forwards from a subscription through another topic', () => {
    const broker = makeTestBroker({
      queues: { end: {} },
      topics: {
        first: { on: { settings: { forwardTo: 'second' } } },
        second: { on: { settings: { forwardTo: 'end' } } },
      },
    });
    publish(broker.get('first'), [content('a')]);
    expect(bodiesIn(broker.get('end'))).toEqual(['a']);
    expect(bodiesIn(broker.get('first/Subscriptions/on'))).toEqual([]);
  });
});

describe('browsing', () => {
  it('peeks from a sequence number on, locked messages too', async () => {
    const queue = makeTestBroker({ queues: { q: {} } }).get('q');
    publish(
      queue,
      ['a', 'b', 'c'].map((body) => content(body)),
    );
    addReceiver(queue, makeTestReceiver({ credit: 2 }));
    await handedOut();
    expect(peekMessages(queue, 2, 10).map((message) => message.sequence)).toEqual([2, 3]);
    expect(peekMessages(queue, 0, 1).map((message) => message.sequence)).toEqual([1]);
  });

  it('peeks a dead-letter queue in sequence order whatever order things came there in', async () => {
    const broker = makeTestBroker({ queues: { q: {} } });
    const queue = broker.get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(
      queue,
      ['a', 'b', 'c'].map((body) => content(body)),
    );
    await handedOut();
    for (const index of [2, 0, 1]) settle(queue, tokenOf(receiver.received[index]), { kind: 'dead-letter' });
    const dead = broker.get('q/$DeadLetterQueue');
    expect(peekMessages(dead, 0, 1).map((message) => message.sequence)).toEqual([1]);
    expect(peekMessages(dead, 2, 10).map((message) => message.sequence)).toEqual([2, 3]);
  });

  it('deletes messages enqueued up to a time, leaving locked ones', async () => {
    const clock = makeTestClock();
    const queue = makeTestBroker({ queues: { q: {} } }, clock).get('q');
    publish(
      queue,
      ['locked', 'old'].map((body) => content(body)),
    );
    addReceiver(queue, makeTestReceiver({ credit: 1 }));
    await handedOut();
    const before = clock.now();
    clock.advance(1);
    publish(queue, [content('new')]);
    expect(deleteMessages(queue, 100, before)).toBe(1);
    expect(bodiesIn(queue)).toEqual(['locked', 'new']);
  });

  it('purges everything an entity and its dead-letter queue hold, and the ids it remembers', async () => {
    const clock = makeTestClock();
    const queue = makeTestBroker({ queues: { q: { requiresDuplicateDetection: true } } }, clock).get('q');
    const receiver = makeTestReceiver({ credit: 1 });
    addReceiver(queue, receiver);
    publish(
      queue,
      ['dead', 'ready'].map((body) => content(body, { messageId: body })),
    );
    publish(queue, [content('later', { messageId: 'later', scheduledFor: clock.now() + MINUTE })]);
    await handedOut();
    settle(queue, tokenOf(receiver.received[0]), { kind: 'dead-letter' });
    expect(purge(queue)).toBe(3);
    expect(countMessages(queue)).toEqual({ active: 0, scheduled: 0, deferred: 0, deadLetter: 0 });
    expect(publish(queue, [content('again', { messageId: 'ready' })])).not.toEqual([0]);
  });
});
