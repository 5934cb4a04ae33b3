import { describe, expect, it, vi } from 'vitest';
import { isEmpty, NOTHING, queue, receive, receiveOne, withEmulator } from './sdk.fixture.ts';

const names = ['plain', 'batches', 'large', 'abandon', 'dead', 'defer', 'delete', 'subscribe', 'throwing', 'peek'];
const running = withEmulator({
  Queues: [
    ...[...names, 'competing', 'empty', 'target', 'graveyard', 'many', 'purged', 'through'].map((name) => queue(name)),
    queue('forwarding', { ForwardTo: 'target' }),
    queue('forwarding-dead', { ForwardDeadLetteredMessagesTo: 'graveyard' }),
    queue('dedupe', { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT20S' }),
  ],
});

const senderTo = (name: string): ReturnType<typeof running.client.createSender> => running.client.createSender(name);
const receiverOf = (name: string): ReturnType<typeof running.client.createReceiver> =>
  running.client.createReceiver(name);
const deadLettersOf = (name: string): ReturnType<typeof running.client.createReceiver> =>
  running.client.createReceiver(name, { subQueueType: 'deadLetter' });

describe('with the SDK, a queue', () => {
  it('carries body, properties and application properties as they were sent', async () => {
    await senderTo('plain').sendMessages({
      body: { a: 1, text: 'żółć' },
      messageId: 'm1',
      correlationId: 'c1',
      subject: 'subject',
      contentType: 'application/json',
      to: 'to',
      replyTo: 'reply',
      partitionKey: 'partition',
      applicationProperties: { int: 5, real: 1.5, negative: -7, text: 'x', flag: true, big: 2 ** 40 },
    });
    const receiver = receiverOf('plain');
    const message = await receiveOne(receiver);
    expect(message).toMatchObject({
      body: { a: 1, text: 'żółć' },
      messageId: 'm1',
      correlationId: 'c1',
      subject: 'subject',
      contentType: 'application/json',
      to: 'to',
      replyTo: 'reply',
      partitionKey: 'partition',
      applicationProperties: { int: 5, real: 1.5, negative: -7, text: 'x', flag: true, big: 2 ** 40 },
      deliveryCount: 0,
      state: 'active',
    });
    expect(message.lockToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(message.sequenceNumber?.toNumber()).toBe(1);
    expect(message.enqueuedTimeUtc?.getTime()).toBeLessThanOrEqual(running.clock.now());
    expect(message.lockedUntilUtc?.getTime()).toBeGreaterThan(running.clock.now() + 50_000);
    await receiver.completeMessage(message);
    expect(await isEmpty(receiver)).toBe(true);
  });

  it('takes batches, both built and given as a list, in order', async () => {
    const sender = senderTo('batches');
    const receiver = receiverOf('batches');
    const batch = await sender.createMessageBatch();
    expect(batch.maxSizeInBytes).toBe(256 * 1024);
    for (let index = 0; index < 300; index++) expect(batch.tryAddMessage({ body: index })).toBe(true);
    await sender.sendMessages(batch);
    await sender.sendMessages([{ body: 300 }, { body: 301 }]);
    const received = await receive(receiver, 302);
    expect(received.map((message) => message.body)).toEqual(Array.from({ length: 302 }, (_, index) => index));
    await Promise.all(received.map((message) => receiver.completeMessage(message)));
  });

  it('takes a large message, refuses one that is too large, and goes on', async () => {
    const sender = senderTo('large');
    const receiver = receiverOf('large');
    const body = Buffer.alloc(200_000, 7);
    await sender.sendMessages({ body });
    const message = await receiveOne(receiver);
    expect(body.equals(Buffer.from(message.body))).toBe(true);
    await receiver.completeMessage(message);
    await expect(sender.sendMessages({ body: Buffer.alloc(300_000) })).rejects.toMatchObject({
      code: 'MessageSizeExceeded',
    });
    await sender.sendMessages({ body: 'after' });
    expect((await receiveOne(receiver)).body).toBe('after');
  });

  it('counts what is abandoned, keeps its changed properties, and dead-letters it at the limit', async () => {
    const receiver = receiverOf('abandon');
    await senderTo('abandon').sendMessages({ body: 'a', applicationProperties: { keep: 1 } });
    for (let delivery = 0; delivery < 3; delivery++) {
      const message = await receiveOne(receiver);
      expect(message.deliveryCount).toBe(delivery);
      expect(message.applicationProperties).toEqual(delivery === 0 ? { keep: 1 } : { keep: 1, try: delivery - 1 });
      await receiver.abandonMessage(message, { try: delivery });
    }
    expect(await isEmpty(receiver)).toBe(true);
    const dead = deadLettersOf('abandon');
    const letter = await receiveOne(dead);
    expect(letter.deadLetterReason).toBe('MaxDeliveryCountExceeded');
    expect(letter.deadLetterErrorDescription).toMatch(/3 delivery attempts/);
    expect(letter.applicationProperties).toMatchObject({ keep: 1, try: 2 });
    await dead.completeMessage(letter);
    expect(await isEmpty(dead)).toBe(true);
  });

  it('dead-letters with reason, description and properties', async () => {
    const receiver = receiverOf('dead');
    await senderTo('dead').sendMessages({ body: 'd' });
    await receiver.deadLetterMessage(await receiveOne(receiver), {
      deadLetterReason: 'bad',
      deadLetterErrorDescription: 'very bad',
      extra: 'e',
    });
    const dead = deadLettersOf('dead');
    const letter = await receiveOne(dead);
    expect(letter).toMatchObject({ body: 'd', deadLetterReason: 'bad', deadLetterErrorDescription: 'very bad' });
    expect(letter.applicationProperties).toMatchObject({ extra: 'e' });
    await expect(dead.deadLetterMessage(letter)).rejects.toThrow(/cannot be dead-lettered again/);
    await dead.completeMessage(await receiveOne(dead));
  });

  it('defers, and gives deferred messages out by number, to be settled', async () => {
    const receiver = receiverOf('defer');
    await senderTo('defer').sendMessages([{ body: 'one' }, { body: 'two' }, { body: 'three' }]);
    const messages = await receive(receiver, 3);
    for (const message of messages) await receiver.deferMessage(message, { why: 'early' });
    expect(await isEmpty(receiver)).toBe(true);
    const numbers = messages.flatMap((message) => message.sequenceNumber ?? []);
    const [one, two, three] = await receiver.receiveDeferredMessages(numbers);
    if (!one || !two || !three) throw new Error('Deferred messages are missing.');
    expect(one).toMatchObject({ body: 'one', state: 'deferred', applicationProperties: { why: 'early' } });
    await receiver.completeMessage(one);
    await receiver.deadLetterMessage(two, { deadLetterReason: 'late', deadLetterErrorDescription: '' });
    await receiver.abandonMessage(three);
    await expect(receiver.receiveDeferredMessages(numbers)).rejects.toMatchObject({ code: 'MessageNotFound' });
    expect((await receiveOne(deadLettersOf('defer'))).deadLetterReason).toBe('late');
    expect(await receiver.receiveDeferredMessages(numbers.slice(2))).toHaveLength(1);
  });

  it('forgets messages as it hands them out in receive-and-delete mode', async () => {
    await senderTo('delete').sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = running.client.createReceiver('delete', { receiveMode: 'receiveAndDelete' });
    const received = await receive(receiver, 2);
    expect(received.map((message) => message.body)).toEqual([1, 2]);
    expect(received[0]?.lockToken).toBeUndefined();
    expect(await running.counts('delete')).toEqual(NOTHING);
  });

  it('feeds a subscriber no more messages at a time than it asked for', async () => {
    const receiver = receiverOf('subscribe');
    let handled = 0;
    let active = 0;
    let most = 0;
    await senderTo('subscribe').sendMessages(Array.from({ length: 300 }, (_, index) => ({ body: index })));
    const subscription = receiver.subscribe(
      {
        async processMessage() {
          active++;
          most = Math.max(most, active);
          await new Promise(setImmediate);
          active--;
          handled++;
        },
        async processError() {},
      },
      { maxConcurrentCalls: 20 },
    );
    await vi.waitFor(async () => expect(await running.counts('subscribe')).toEqual(NOTHING), 10_000);
    await subscription.close();
    expect(handled).toBe(300);
    expect(most).toBe(20);
  });

  it('delivers again at once what a handler threw on', async () => {
    const receiver = receiverOf('throwing');
    const counts: (number | undefined)[] = [];
    await senderTo('throwing').sendMessages({ body: 't' });
    const subscription = receiver.subscribe({
      async processMessage({ deliveryCount }) {
        counts.push(deliveryCount);
        if (counts.length < 3) throw new Error('not yet');
      },
      async processError() {},
    });
    await vi.waitFor(async () => expect(await running.counts('throwing')).toEqual(NOTHING), { timeout: 15_000 });
    expect(counts).toEqual([0, 1, 2]);
    await subscription.close();
  });

  it('is peeked from where the last peek ended, without locking', async () => {
    const receiver = receiverOf('peek');
    await senderTo('peek').sendMessages([0, 1, 2, 3, 4].map((body) => ({ body })));
    const first = await receiver.peekMessages(3);
    const second = await receiver.peekMessages(3);
    expect([...first, ...second].map((message) => message.body)).toEqual([0, 1, 2, 3, 4]);
    expect(first[0]?.lockToken).toBeUndefined();
    expect(await receiver.peekMessages(3)).toEqual([]);
    expect(await receive(receiver, 5)).toHaveLength(5);
  });

  it('shares work between competing receivers of several connections', async () => {
    const other = running.newClient();
    const receivers = [receiverOf('competing'), other.createReceiver('competing'), other.createReceiver('competing')];
    const counts = [0, 0, 0];
    const ids = new Set<unknown>();
    const subscriptions = receivers.map((receiver, index) =>
      receiver.subscribe(
        {
          async processMessage({ messageId }) {
            counts[index] = (counts[index] ?? 0) + 1;
            ids.add(messageId);
            await new Promise(setImmediate);
          },
          async processError() {},
        },
        { maxConcurrentCalls: 5 },
      ),
    );
    await vi.waitFor(async () => {
      await senderTo('competing').sendMessages(Array.from({ length: 30 }, () => ({ body: 'x' })));
      expect(Math.min(...counts)).toBeGreaterThan(10);
    }, 10_000);
    await vi.waitFor(async () => expect(await running.counts('competing')).toEqual(NOTHING), { timeout: 15_000 });
    expect(ids.size).toBe(counts.reduce((total, count) => total + count, 0));
    for (const subscription of subscriptions) await subscription.close();
  });

  it('answers a receive on an empty queue when the wait is over, not a drain timeout later', async () => {
    const receiver = receiverOf('empty');
    let soonestMs = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 4; n += 1) {
      const started = performance.now();
      expect(await receiver.receiveMessages(10, { maxWaitTimeInMs: 300 })).toEqual([]);
      soonestMs = Math.min(soonestMs, performance.now() - started);
    }
    expect(soonestMs).toBeLessThan(900);
  });

  it('drops duplicates within the window', async () => {
    const sender = senderTo('dedupe');
    const receiver = running.client.createReceiver('dedupe', { receiveMode: 'receiveAndDelete' });
    await sender.sendMessages({ body: 1, messageId: 'd' });
    await sender.sendMessages({ body: 2, messageId: 'd' });
    await sender.sendMessages([
      { body: 3, messageId: 'e' },
      { body: 4, messageId: 'e' },
    ]);
    expect((await receive(receiver, 2)).map((message) => message.body)).toEqual([1, 3]);
    running.clock.push(20_000);
    await sender.sendMessages({ body: 5, messageId: 'd' });
    expect((await receiveOne(receiver)).body).toBe(5);
  });

  it('forwards messages and dead letters', async () => {
    await senderTo('forwarding').sendMessages({ body: 'f' });
    expect((await receiveOne(receiverOf('target'))).body).toBe('f');
    await senderTo('forwarding-dead').sendMessages({ body: 'g' });
    const receiver = receiverOf('forwarding-dead');
    const reason = { deadLetterReason: 'r', deadLetterErrorDescription: 'd' };
    await receiver.deadLetterMessage(await receiveOne(receiver), reason);
    const letter = await receiveOne(receiverOf('graveyard'));
    expect(letter).toMatchObject({ body: 'g', deadLetterReason: 'r', deadLetterSource: 'forwarding-dead' });
  });

  it('passes more messages over one link than its session has room for at a time', async () => {
    const receiver = receiverOf('through');
    for (let round = 0; round < 5; round++) {
      await senderTo('through').sendMessages(Array.from({ length: 600 }, () => ({ body: 'passing' })));
      const received = await receive(receiver, 600);
      await Promise.all(received.map((message) => receiver.completeMessage(message)));
    }
    expect(await running.counts('through')).toEqual(NOTHING);
  });

  it('serves many links on one connection', async () => {
    const senders = Array.from({ length: 20 }, () => senderTo('many'));
    const receivers = Array.from({ length: 20 }, () =>
      running.client.createReceiver('many', { receiveMode: 'receiveAndDelete' }),
    );
    await Promise.all(senders.map((sender, index) => sender.sendMessages({ body: index })));
    const received = await Promise.all(receivers.map(receiveOne));
    expect(received.map((message) => message.body).sort((a, b) => a - b)).toEqual(senders.map((_, index) => index));
  });
});

describe('with the SDK, what does not exist', () => {
  it('is reported as MessagingEntityNotFound', async () => {
    const missing = { code: 'MessagingEntityNotFound' };
    await expect(senderTo('missing').sendMessages({ body: 1 })).rejects.toMatchObject(missing);
    await expect(receiverOf('missing').receiveMessages(1, { maxWaitTimeInMs: 500 })).rejects.toMatchObject(missing);
    await expect(receiverOf('missing').peekMessages(1)).rejects.toMatchObject(missing);
  });
});

describe('the HTTP port', () => {
  it('answers health as the official emulator does', async () => {
    const response = await fetch(`${running.adminUrl}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'healthy', message: 'Service is healthy.' });
  });

  it('counts what entities hold, and purges them', async () => {
    const receiver = receiverOf('purged');
    await senderTo('purged').sendMessages([{ body: 'dead' }, { body: 'locked' }, { body: 'ready' }]);
    await senderTo('purged').scheduleMessages({ body: 'later' }, new Date(running.clock.now() + 60_000));
    const [dead] = await receive(receiver, 2);
    if (dead) await receiver.deadLetterMessage(dead);
    expect(await running.counts('purged')).toEqual({ active: 2, scheduled: 1, deferred: 0, deadLetter: 1 });
    const purge = await fetch(`${running.adminUrl}/purge?entity=purged`, { method: 'POST' });
    expect(await purge.json()).toEqual({ purged: 4 });
    expect(await running.counts('purged')).toEqual(NOTHING);
    expect((await fetch(`${running.adminUrl}/purge`, { method: 'POST' })).status).toBe(200);
  });

  it.each([
    ['GET', '/nothing'],
    ['GET', '/purge'],
    ['POST', '/purge?entity=nothing'],
  ])('answers 404 to %s %s', async (method, path) => {
    expect((await fetch(`${running.adminUrl}${path}`, { method })).status).toBe(404);
  });
});
