import { describe, expect, it } from 'vitest';
import { NOTHING, queue, withEmulator } from './sdk.fixture.ts';

const running = withEmulator({
  Queues: [
    ...['ordered', 'state', 'lost', 'waiting'].map((name) =>
      queue(name, { RequiresSession: true, LockDuration: 'PT30S' }),
    ),
    queue('plain'),
  ],
});

describe('with the SDK, a session', () => {
  it('is received whole and in order, by one receiver at a time', async () => {
    const { client } = running;
    const sender = client.createSender('ordered');
    await sender.sendMessages(['a', 'b', 'a', 'b', 'a'].map((sessionId, body) => ({ body, sessionId })));
    await expect(sender.sendMessages({ body: 0 })).rejects.toThrow(/SessionId/);
    const a = await client.acceptSession('ordered', 'a');
    const messages = await a.receiveMessages(5, { maxWaitTimeInMs: 500 });
    expect(messages.map((message) => message.body)).toEqual([0, 2, 4]);
    await expect(client.acceptSession('ordered', 'a')).rejects.toMatchObject({ code: 'SessionCannotBeLocked' });
    const next = await client.acceptNextSession('ordered');
    expect(next.sessionId).toBe('b');
    for (const message of await next.receiveMessages(5, { maxWaitTimeInMs: 500 })) await next.completeMessage(message);
    await next.close();
    await a.close();
    const again = await client.acceptNextSession('ordered');
    expect(again.sessionId).toBe('a');
    for (const message of await again.receiveMessages(5, { maxWaitTimeInMs: 500 })) {
      expect(message.deliveryCount).toBe(0); // closing is not a failed delivery
      await again.completeMessage(message);
    }
    expect(await running.counts('ordered')).toEqual(NOTHING);
    await again.close();
  });

  it('has a state and a lock that can be renewed', async () => {
    const session = await running.client.acceptSession('state', 's');
    await session.setSessionState('half way');
    expect(await session.getSessionState()).toBe('half way');
    running.clock.push(20_000);
    expect((await session.renewSessionLock()).getTime() - running.clock.now()).toBeGreaterThan(29_000);
    await session.setSessionState(null);
    expect(await session.getSessionState()).toBeNull();
    await session.close();
  });

  it('is lost when its lock runs out, and its messages count as delivered', async () => {
    const { client, clock } = running;
    await client.createSender('lost').sendMessages({ body: 'x', sessionId: 's' });
    const first = await client.acceptSession('lost', 's', { maxAutoLockRenewalDurationInMs: 0 });
    const [message] = await first.receiveMessages(1);
    clock.push(30_000);
    const second = await client.acceptNextSession('lost');
    const [again] = await second.receiveMessages(1);
    expect(again).toMatchObject({ messageId: message?.messageId, deliveryCount: 1 });
    if (message) await expect(first.completeMessage(message)).rejects.toMatchObject({ code: 'SessionLockLost' });
    await second.close();
    await first.close();
  });

  it('is waited for: the next one to get messages, or none in time', async () => {
    const client = running.newClient({ retryOptions: { maxRetries: 0, timeoutInMs: 1000 } });
    await expect(client.acceptNextSession('waiting')).rejects.toMatchObject({ code: 'ServiceTimeout' });
    const waiting = running.client.acceptNextSession('waiting');
    await running.client.createSender('waiting').sendMessages({ body: 'x', sessionId: 'late' });
    const session = await waiting;
    expect(session.sessionId).toBe('late');
    expect(await session.receiveMessages(1)).toHaveLength(1);
    await session.close();
  });

  it('is asked for only where entities require sessions, and there always', async () => {
    const { client } = running;
    await expect(client.acceptSession('plain', 's')).rejects.toThrow(/Failed to create a receiver/);
    const receiver = client.createReceiver('ordered');
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 500 })).rejects.toThrow(/requires sessions/);
  });
});
