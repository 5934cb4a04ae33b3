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
import { countMessages, deleteMessages, peekMessages, purge } from './browsing.ts';
import { addReceiver } from './delivery.ts';
import { publish } from './publish.ts';
import { settle } from './settlement.ts';

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
