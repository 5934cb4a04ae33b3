import { describe, expect, it } from 'vitest';
import { handedOut, makeTestBroker, makeTestClock, makeTestReceiver, plainContent, tokenOf } from './broker.fixture.ts';
import { addReceiver } from './delivery.ts';
import { publish } from './publish.ts';
import {
  acquireSession,
  awaitSession,
  getSessionState,
  listSessions,
  releaseSession,
  renewSessionLock,
  setSessionState,
} from './sessions.ts';
import { settle } from './settlement.ts';

const SECOND = 1000;
const sessionful = { queues: { q: { requiresSession: true, lockDurationMs: 30 * SECOND } } };
const inSession = (sessionId: string, body: string): ReturnType<typeof plainContent> =>
  plainContent({ sessionId, body });

describe('sessions', () => {
  it('are required of messages sent to an entity that requires them', () => {
    const queue = makeTestBroker(sessionful).get('q');
    expect(() => publish(queue, [plainContent({ body: 'a' })])).toThrow(/SessionId was not set/);
  });

  it('give one receiver the messages of one session, in order', async () => {
    const queue = makeTestBroker(sessionful).get('q');
    publish(queue, [inSession('x', 'x1'), inSession('y', 'y1'), inSession('x', 'x2')]);
    const receiver = makeTestReceiver();
    expect(acquireSession(queue, 'x', receiver)?.id).toBe('x');
    await handedOut();
    expect(receiver.bodies).toEqual(['x1', 'x2']);
    expect(() => acquireSession(queue, 'x', makeTestReceiver())).toThrow(/cannot be accepted/);
    expect(acquireSession(queue, undefined, makeTestReceiver())?.id).toBe('y');
    expect(acquireSession(queue, undefined, makeTestReceiver())).toBeUndefined();
  });

  it('wake whoever waits for the next one', () => {
    const queue = makeTestBroker(sessionful).get('q');
    let accepted: string | undefined;
    const stopWaiting = awaitSession(queue, () => {
      accepted = acquireSession(queue, undefined, makeTestReceiver())?.id;
      stopWaiting();
    });
    publish(queue, [inSession('x', 'a'), inSession('y', 'b')]);
    expect(accepted).toBe('x');
  });

  it('do not count their messages as delivered when closed, but do when their lock is lost', async () => {
    const clock = makeTestClock();
    const broker = makeTestBroker(sessionful, clock);
    const queue = broker.get('q');
    publish(queue, [inSession('x', 'a')]);
    const first = makeTestReceiver();
    const session = acquireSession(queue, 'x', first);
    await handedOut();
    if (session) releaseSession(queue, session, 'closed');
    expect(queue.messages.get(1)?.deliveryCount).toBe(0);

    const second = makeTestReceiver();
    acquireSession(queue, 'x', second);
    await handedOut();
    clock.advance(30 * SECOND);
    broker.tick();
    expect(second.detachedWith).toEqual(['com.microsoft:session-lock-lost']);
    expect(queue.messages.get(1)?.deliveryCount).toBe(1);
    expect(queue.messages.get(1)?.state).toBe('ready');
  });

  it('keep their lock and those of their messages when renewed', async () => {
    const clock = makeTestClock();
    const broker = makeTestBroker(sessionful, clock);
    const queue = broker.get('q');
    publish(queue, [inSession('x', 'a')]);
    const receiver = makeTestReceiver();
    acquireSession(queue, 'x', receiver);
    await handedOut();
    clock.advance(20 * SECOND);
    expect(renewSessionLock(queue, 'x')).toBe(clock.now() + 30 * SECOND);
    clock.advance(20 * SECOND);
    broker.tick();
    settle(queue, tokenOf(receiver.received[0]), { kind: 'complete' });
    expect(() => renewSessionLock(queue, 'unheld')).toThrow(/has expired/);
  });

  it('have a state, are listed, and are forgotten when there is nothing left of them', async () => {
    const queue = makeTestBroker(sessionful).get('q');
    setSessionState(queue, 'stateful', Buffer.from('progress'));
    expect(getSessionState(queue, 'stateful')?.toString()).toBe('progress');
    publish(queue, [inSession('x', 'a')]);
    expect(listSessions(queue).sort()).toEqual(['stateful', 'x']);
    const receiver = makeTestReceiver();
    const session = acquireSession(queue, 'x', receiver);
    await handedOut();
    settle(queue, tokenOf(receiver.received[0]), { kind: 'complete' });
    if (session) releaseSession(queue, session, 'closed');
    expect(listSessions(queue)).toEqual(['stateful']);
    expect(queue.sessions?.size).toBe(1);
  });

  it('take no ordinary receivers into account', async () => {
    const queue = makeTestBroker(sessionful).get('q');
    const receiver = makeTestReceiver();
    addReceiver(queue, receiver);
    publish(queue, [inSession('x', 'a')]);
    await handedOut();
    expect(receiver.bodies).toEqual([]);
  });
});
