import { describe, expect, it, vi } from 'vitest';
import { isEmpty, NOTHING, queue, receive, receiveOne, withEmulator } from './sdk.fixture.ts';

const MINUTE = 60_000;
const LOCK = 30_000;

const running = withEmulator({
  Queues: [
    ...['expiry', 'renewal', 'auto'].map((name) => queue(name, { LockDuration: 'PT30S' })),
    ...['scheduled', 'lifetime', 'reconnect'].map((name) => queue(name)),
    queue('careful', { DeadLetteringOnMessageExpiration: true }),
  ],
});

/** Without the SDK's own renewals, which go by its own clock. */
const receiverOf = (name: string): ReturnType<typeof running.client.createReceiver> =>
  running.client.createReceiver(name, { maxAutoLockRenewalDurationInMs: 0 });

describe('with the SDK, a lock', () => {
  it('runs out: the message comes again, and the late settlement is told that its lock is lost', async () => {
    const receiver = receiverOf('expiry');
    await running.client.createSender('expiry').sendMessages({ body: 'x' });
    const first = await receiveOne(receiver);
    running.clock.push(LOCK);
    const second = await receiveOne(receiver);
    expect(second).toMatchObject({ messageId: first.messageId, deliveryCount: 1 });
    expect(second.lockToken).not.toBe(first.lockToken);
    await expect(receiver.completeMessage(first)).rejects.toMatchObject({ code: 'MessageLockLost' });
    await receiver.completeMessage(second);
    expect(await running.counts('expiry')).toEqual(NOTHING);
  });

  it('is renewed on request, and cannot be once it is lost', async () => {
    const receiver = receiverOf('renewal');
    await running.client.createSender('renewal').sendMessages({ body: 'x' });
    const message = await receiveOne(receiver);
    running.clock.push(LOCK - 5000);
    const until = await receiver.renewMessageLock(message);
    expect(until.getTime() - running.clock.now()).toBeGreaterThan(LOCK - 1000);
    running.clock.push(LOCK - 5000);
    expect(await isEmpty(receiver)).toBe(true);
    running.clock.push(LOCK);
    await expect(receiver.renewMessageLock(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
  });

  it('is left alone by a receiver that closes: its message comes again only after the lock', async () => {
    const receiver = receiverOf('auto');
    await running.client.createSender('auto').sendMessages({ body: 'x' });
    await receiveOne(receiver);
    await receiver.close();
    const next = receiverOf('auto');
    expect(await isEmpty(next)).toBe(true);
    running.clock.push(LOCK);
    expect((await receiveOne(next)).deliveryCount).toBe(1);
  });
});

describe('with the SDK, a scheduled message', () => {
  it('waits for its time, can be seen and cancelled until then, and has a new number after', async () => {
    const sender = running.client.createSender('scheduled');
    const receiver = receiverOf('scheduled');
    const at = new Date(running.clock.now() + MINUTE);
    const numbers = await sender.scheduleMessages([{ body: 'kept' }, { body: 'cancelled' }], at);
    await sender.sendMessages({ body: 'sent', scheduledEnqueueTimeUtc: at });
    const [seen] = await receiver.peekMessages(5);
    expect(seen).toMatchObject({ body: 'kept', state: 'scheduled', scheduledEnqueueTimeUtc: at });
    await sender.cancelScheduledMessages(numbers.slice(1));
    await expect(sender.cancelScheduledMessages(numbers.slice(1))).rejects.toMatchObject({ code: 'MessageNotFound' });
    expect(await isEmpty(receiver)).toBe(true);
    running.clock.push(MINUTE);
    const received = await receive(receiver, 2);
    expect(received.map((message) => message.body).sort()).toEqual(['kept', 'sent']);
    expect(received.map((message) => message.state)).toEqual(['scheduled', 'scheduled']);
    expect(received[0]?.sequenceNumber?.toNumber()).toBeGreaterThan(3);
    expect(received[0]?.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(at.getTime());
  });
});

describe('with the SDK, a lifetime', () => {
  it('ends, and where so configured in the dead-letter queue', async () => {
    for (const name of ['lifetime', 'careful']) {
      await running.client.createSender(name).sendMessages({ body: 'x', timeToLive: 10_000 });
    }
    running.clock.push(10_000);
    await vi.waitFor(async () => expect(await running.counts('lifetime')).toEqual(NOTHING), { timeout: 15_000 });
    const dead = running.client.createReceiver('careful', { subQueueType: 'deadLetter' });
    expect((await receiveOne(dead)).deadLetterReason).toBe('TTLExpiredException');
    expect(await isEmpty(receiverOf('careful'))).toBe(true);
  });
});
