import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePortBase } from '../../../tests/system/free-ports.ts';
import { type EmulatorProcess, spawnEmulator } from './process.fixture.ts';
import { configOf, queue, receive, receiveOne } from './sdk.fixture.ts';

const RECONNECT_SOON = { maxRetries: 0, timeoutInMs: 1000, retryDelayInMs: 100, maxRetryDelayInMs: 200 };

let directory: string;
let args: string[];
let connectionString: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'durability-'));
  const config = path.join(directory, 'Config.json');
  const subscriptions = ['a', 'b'].map((Name) => ({ Name, Properties: { MaxDeliveryCount: 10 } }));
  const topic = { Name: 'events', Properties: {}, Subscriptions: subscriptions };
  const dedupe = { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT5M' };
  writeFileSync(config, JSON.stringify(configOf({ Queues: [queue('q'), queue('dedupe', dedupe)], Topics: [topic] })));
  const port = await freePortBase();
  const data = path.join(directory, 'data');
  args = ['--config', config, '--port', String(port), '--admin-port', '0', '--data', data];
  connectionString = `Endpoint=sb://localhost:${port};SharedAccessKeyName=R;SharedAccessKey=S;UseDevelopmentEmulator=true;`;
});

afterAll(() => rmSync(directory, { recursive: true }));

describe('after kill -9', () => {
  it('everything is as it was acknowledged, and clients reconnect', async () => {
    let emulator = await spawnEmulator(args);
    const client = new ServiceBusClient(connectionString, { retryOptions: { ...RECONNECT_SOON, maxRetries: 20 } });
    const receiver = client.createReceiver('q');
    const sender = client.createSender('q');
    await sender.sendMessages(Array.from({ length: 20 }, (_, index) => ({ body: index, messageId: `m${index}` })));
    const [done, deferred, dead] = await receive(receiver, 5);
    if (!done || !deferred || !dead) throw new Error('Messages are missing.');
    await receiver.completeMessage(done);
    await receiver.deferMessage(deferred);
    await receiver.deadLetterMessage(dead, { deadLetterReason: 'bad', deadLetterErrorDescription: '' });
    await client.createSender('dedupe').sendMessages({ body: 1, messageId: 'once' });

    const received = new Set<unknown>();
    const subscriber = client.createReceiver('q').subscribe(
      {
        async processMessage({ messageId }) {
          received.add(messageId);
        },
        async processError() {},
      },
      { maxConcurrentCalls: 10 },
    );
    await vi.waitFor(() => expect(received.size).toBe(15), 10_000);
    await emulator.end('SIGKILL');
    emulator = await spawnEmulator(args);
    // The two that were locked when it was killed come now, and the subscriber needed no help.
    await vi.waitFor(() => expect(received.size).toBe(17), 10_000);
    await subscriber.close();

    const number = deferred.sequenceNumber;
    if (!number) throw new Error('A deferred message has no number.');
    expect((await receiver.receiveDeferredMessages(number)).map((message) => message.messageId)).toEqual(['m1']);
    const letters = client.createReceiver('q', { subQueueType: 'deadLetter' });
    expect(await receiveOne(letters)).toMatchObject({ messageId: 'm2', deadLetterReason: 'bad' });
    await client.createSender('dedupe').sendMessages({ body: 2, messageId: 'once' });
    const once = client.createReceiver('dedupe', { receiveMode: 'receiveAndDelete' });
    expect((await receiveOne(once)).body).toBe(1);
    expect(await once.receiveMessages(1, { maxWaitTimeInMs: 200 })).toEqual([]);
    await client.close();
    await emulator.end('SIGTERM');
  });

  it('again and again under load, nothing acknowledged is lost and nothing completed comes back', async () => {
    const sent = new Set<string>();
    const completed = { a: new Set<unknown>(), b: new Set<unknown>() };
    // A completion whose answer the kill cut off may have been taken in: such a message may come back or not.
    const attempted = { a: new Set<unknown>(), b: new Set<unknown>() };
    const resurrected: unknown[] = [];
    let redelivered = 0;
    let number = 0;

    function consume(receiver: ServiceBusReceiver, name: 'a' | 'b', leaveSome: boolean): void {
      receiver.subscribe(
        {
          async processMessage(message) {
            const { messageId } = message;
            if (completed[name].has(messageId)) resurrected.push(messageId);
            if (attempted[name].has(messageId)) redelivered++;
            if (leaveSome && number % 5 === 0) return; // left locked, as by a consumer that died
            attempted[name].add(messageId);
            await receiver.completeMessage(message).then(
              () => completed[name].add(messageId),
              () => {},
            );
          },
          async processError() {},
        },
        { maxConcurrentCalls: 20, autoCompleteMessages: false },
      );
    }

    async function sendUntilRefused(client: ServiceBusClient): Promise<void> {
      const sender = client.createSender('events');
      for (;;) {
        const id = `e${++number}`;
        const messages = [{ body: id, messageId: id }];
        if (number % 4 === 0) messages.push({ body: id, messageId: `${id}-second` });
        try {
          await sender.sendMessages(messages);
        } catch {
          return;
        }
        for (const { messageId } of messages) sent.add(messageId);
      }
    }

    const ROUNDS = 4;
    let emulator: EmulatorProcess;
    for (let round = 1; round <= ROUNDS; round++) {
      emulator = await spawnEmulator(args);
      const client = new ServiceBusClient(connectionString, { retryOptions: RECONNECT_SOON });
      for (const name of ['a', 'b'] as const) consume(client.createReceiver('events', name), name, true);
      const sending = Array.from({ length: 10 }, () => sendUntilRefused(client));
      const goal = sent.size + 600;
      await vi.waitFor(() => expect(sent.size).toBeGreaterThan(goal), 20_000);
      await emulator.end('SIGKILL');
      await Promise.all(sending);
      await client.close().catch(() => {});
    }

    emulator = await spawnEmulator(args);
    const client = new ServiceBusClient(connectionString);
    for (const name of ['a', 'b'] as const) consume(client.createReceiver('events', name), name, false);
    const missing = (name: 'a' | 'b'): string[] => [...sent].filter((id) => !attempted[name].has(id));
    await vi.waitFor(() => expect([...missing('a'), ...missing('b')]).toEqual([]), 20_000);
    expect(resurrected).toEqual([]);
    expect(sent.size).toBeGreaterThan(ROUNDS * 600);
    expect(redelivered).toBeLessThan(sent.size);
    await client.close();
    await emulator.end('SIGTERM');
  }, 60_000);
});
