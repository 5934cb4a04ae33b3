import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bodiesIn,
  decodePlain,
  handedOut,
  makeTestBroker,
  makeTestClock,
  makeTestReceiver,
  plainContent,
  type TestClock,
  type TopologyParts,
  tokenOf,
} from './broker.fixture.ts';
import type { Broker } from './broker.ts';
import { countMessages, purge, receiveDeferred } from './browsing.ts';
import { addReceiver } from './delivery.ts';
import { openFileJournal } from './journal-file.ts';
import type { StoredMessage } from './message.ts';
import { publish } from './publish.ts';
import { makeRecovery, snapshot } from './recovery.ts';
import { addRule, listRules, removeRule } from './rules.ts';
import { getSessionState, setSessionState } from './sessions.ts';
import { settle } from './settlement.ts';

const MINUTE = 60_000;

let directory: string;
let clock: TestClock;
let close: () => void;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'recovery-'));
  clock = makeTestClock();
});

afterEach(() => {
  close();
  rmSync(directory, { recursive: true });
});

interface Recovered {
  readonly broker: Broker;
  readonly unknownPaths: string[];
}

function start(parts: TopologyParts): Recovered {
  const journal = openFileJournal({ directory, sync: 'write' });
  close = () => journal.close();
  const broker = makeTestBroker(parts, clock, journal);
  const recovery = makeRecovery(broker, decodePlain);
  journal.replay(recovery.apply);
  journal.start((append) => snapshot(broker, append));
  return { broker, unknownPaths: [...recovery.unknownPaths] };
}

async function crashAndStart(broker: Broker, parts: TopologyParts): Promise<Recovered> {
  await new Promise<void>((resolve) => {
    broker.journal.whenDurable(resolve);
  });
  close();
  return start(parts);
}

async function take(broker: Broker, name: string, count: number): Promise<StoredMessage[]> {
  const receiver = makeTestReceiver({ credit: count });
  addReceiver(broker.get(name), receiver);
  await handedOut();
  receiver.credit = 0;
  return receiver.received;
}

const content = (body: string, more = {}): ReturnType<typeof plainContent> => plainContent({ body, ...more });

describe('after a restart', () => {
  // Twice: the second start reads the file that the first one compacted.
  it.each([1, 2])('everything is as it was, %d times over', async (restarts) => {
    const parts: TopologyParts = { queues: { q: { lockDurationMs: MINUTE } } };
    let { broker } = start(parts);
    const queue = broker.get('q');
    publish(
      queue,
      ['done', 'dead', 'deferred', 'abandoned', 'held', 'untouched'].map((body) => content(body)),
    );
    publish(queue, [content('later', { scheduledFor: clock.now() + MINUTE })]);
    const taken = await take(broker, 'q', 5);
    const [done, dead, deferred, abandoned] = taken.map(tokenOf) as [Buffer, Buffer, Buffer, Buffer];
    settle(queue, done, { kind: 'complete' });
    settle(queue, dead, { kind: 'dead-letter', reason: 'bad' });
    settle(queue, deferred, { kind: 'defer', properties: { why: 'early' } });
    settle(queue, abandoned, { kind: 'abandon', properties: { tries: 1 } });
    for (let restart = 0; restart < restarts; restart++) ({ broker } = await crashAndStart(broker, parts));

    const again = broker.get('q');
    expect(countMessages(again)).toEqual({ active: 3, scheduled: 1, deferred: 1, deadLetter: 1 });
    const received = await take(broker, 'q', 10);
    expect(
      received.map((message) => [(message.content as ReturnType<typeof plainContent>).body, message.deliveryCount]),
    ).toEqual([
      ['abandoned', 1],
      ['held', 0],
      ['untouched', 0],
    ]);
    expect(received[0]?.content.properties().application).toEqual({ tries: 1 });
    const [found] = receiveDeferred(again, [3], 'lock');
    expect(found?.content.properties().application).toEqual({ why: 'early' });
    expect(found?.deliveryCount).toBe(1);
    const [letter] = await take(broker, 'q/$DeadLetterQueue', 1);
    expect(letter?.content.properties().application).toEqual({ DeadLetterReason: 'bad' });
    clock.advance(MINUTE);
    broker.tick();
    expect(bodiesIn(again)).toContain('later');
  });

  it('sequence numbers go on, even when nothing was left', async () => {
    const parts = { queues: { q: {} } };
    let { broker } = start(parts);
    publish(broker.get('q'), [content('a'), content('b')]);
    purge(broker.get('q'));
    ({ broker } = await crashAndStart(broker, parts));
    ({ broker } = await crashAndStart(broker, parts));
    expect(publish(broker.get('q'), [content('c')])).toEqual([3]);
  });

  it('copies in several subscriptions live on their own', async () => {
    const parts: TopologyParts = {
      topics: { t: { a: {}, b: { rules: [{ name: 'r', filter: { sql: '1=1' }, action: 'SET x = 1' }] } } },
    };
    let { broker } = start(parts);
    publish(broker.get('t'), [content('one'), content('two')]);
    const [first] = await take(broker, 't/Subscriptions/a', 1);
    settle(broker.get('t/Subscriptions/a'), tokenOf(first), { kind: 'complete' });
    ({ broker } = await crashAndStart(broker, parts));
    expect(bodiesIn(broker.get('t/Subscriptions/a'))).toEqual(['two']);
    expect(bodiesIn(broker.get('t/Subscriptions/b'))).toEqual(['one', 'two']);
    const [copy] = broker.get('t/Subscriptions/b').messages.values();
    expect(copy?.content.properties().application).toMatchObject({ x: 1, RuleName: 'r' });
    expect(copy?.topicSequence).toBe(1);
    publish(broker.get('t'), [content('three')]);
    expect([...broker.get('t/Subscriptions/a').messages.values()].at(-1)?.topicSequence).toBe(3);
  });

  it.each([1, 2])('duplicates are still known within their window, %d restarts later', async (restarts) => {
    const parts = { queues: { q: { requiresDuplicateDetection: true, duplicateWindowMs: MINUTE } } };
    let { broker } = start(parts);
    publish(broker.get('q'), [content('a', { messageId: 'id' })]);
    const [taken] = await take(broker, 'q', 1);
    settle(broker.get('q'), tokenOf(taken), { kind: 'complete' });
    for (let restart = 0; restart < restarts; restart++) ({ broker } = await crashAndStart(broker, parts));
    expect(publish(broker.get('q'), [content('b', { messageId: 'id' })])).toEqual([0]);
    clock.advance(MINUTE);
    broker.tick();
    expect(publish(broker.get('q'), [content('c', { messageId: 'id' })])).toEqual([2]);
  });

  it('purged messages and ids stay purged', async () => {
    const parts = { queues: { q: { requiresDuplicateDetection: true } } };
    let { broker } = start(parts);
    publish(broker.get('q'), [content('a', { messageId: 'id' })]);
    purge(broker.get('q'));
    ({ broker } = await crashAndStart(broker, parts));
    expect(bodiesIn(broker.get('q'))).toEqual([]);
    expect(publish(broker.get('q'), [content('b', { messageId: 'id' })])).toEqual([2]);
  });

  it('forwarded dead letters are in one place only', async () => {
    const parts = { queues: { q: { forwardDeadLettersTo: 'graveyard' }, graveyard: {} } };
    let { broker } = start(parts);
    publish(broker.get('q'), [content('a')]);
    const [taken] = await take(broker, 'q', 1);
    settle(broker.get('q'), tokenOf(taken), { kind: 'dead-letter' });
    ({ broker } = await crashAndStart(broker, parts));
    expect(countMessages(broker.get('q'))).toEqual({ active: 0, scheduled: 0, deferred: 0, deadLetter: 0 });
    expect([...broker.get('graveyard').messages.values()][0]?.deadLetterSource).toBe('q');
  });

  it.each([1, 2])('session states are kept, %d restarts later', async (restarts) => {
    const parts = { queues: { q: { requiresSession: true } } };
    let { broker } = start(parts);
    setSessionState(broker.get('q'), 'kept', Buffer.from('half way'));
    setSessionState(broker.get('q'), 'cleared', Buffer.from('x'));
    setSessionState(broker.get('q'), 'cleared', undefined);
    for (let restart = 0; restart < restarts; restart++) ({ broker } = await crashAndStart(broker, parts));
    expect(getSessionState(broker.get('q'), 'kept')?.toString()).toBe('half way');
    expect(getSessionState(broker.get('q'), 'cleared')).toBeUndefined();
  });

  it.each([1, 2])('rules changed at run time are kept, %d restarts later', async (restarts) => {
    const parts: TopologyParts = { topics: { t: { s: {} } } };
    let { broker } = start(parts);
    removeRule(broker.get('t/Subscriptions/s'), '$Default');
    addRule(broker.get('t/Subscriptions/s'), { name: 'mine', filter: { sql: 'x = 1' } });
    for (let restart = 0; restart < restarts; restart++) ({ broker } = await crashAndStart(broker, parts));
    expect(listRules(broker.get('t/Subscriptions/s')).map((rule) => rule.name)).toEqual(['mine']);
    publish(broker.get('t'), [content('no'), content('yes', { application: { x: 1 } })]);
    expect(bodiesIn(broker.get('t/Subscriptions/s'))).toEqual(['yes']);
  });

  it('rules of a configuration that has changed win over rules changed at run time', async () => {
    let { broker } = start({ topics: { t: { s: {} } } });
    removeRule(broker.get('t/Subscriptions/s'), '$Default');
    const rules = [{ name: 'configured', filter: { sql: '1=1' } }];
    ({ broker } = await crashAndStart(broker, { topics: { t: { s: { rules } } } }));
    expect(listRules(broker.get('t/Subscriptions/s')).map((rule) => rule.name)).toEqual(['configured']);
  });

  it('messages of an entity that is not configured any more are reported', async () => {
    const { broker } = start({ queues: { old: {} } });
    publish(broker.get('old'), [content('a')]);
    const { unknownPaths } = await crashAndStart(broker, { queues: { new: {} } });
    expect(unknownPaths).toEqual(['old']);
  });
});
