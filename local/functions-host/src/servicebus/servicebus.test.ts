import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../servicebus-emulator/src/index.ts';
import { buildApp, removeApp } from '../../testing/build-app.ts';
import { makeBusClient, reportsIn } from '../../testing/bus-messages.ts';
import { type HostProcess, startHostProcess } from '../../testing/host-process.ts';
import { TOPOLOGY } from '../../testing/topology.ts';

const MASTER = { headers: { 'x-functions-key': 'master-key' } };

let emulator: Emulator;
let directory: string;
let host: HostProcess;
let bus: ReturnType<typeof makeBusClient>;
/** How far the broker's clock is ahead: moved to let locks expire. */
let aheadMs = 0;

async function startHost(env: Record<string, string> = {}): Promise<HostProcess> {
  return startHostProcess(directory, {
    args: ['--keys', path.join(directory, 'keys.json')],
    env: { ServiceBusConnection: emulator.connectionString, WORK_QUEUE: 'work', ...env },
  });
}

beforeAll(async () => {
  emulator = await startEmulator({ config: TOPOLOGY, port: 0, clock: { now: () => Date.now() + aheadMs } });
  bus = makeBusClient(emulator.connectionString);
  directory = await buildApp('servicebus', {
    hostJson: { version: '2.0', extensions: { serviceBus: { maxConcurrentCalls: 2 } } },
  });
  writeFileSync(path.join(directory, 'keys.json'), JSON.stringify({ masterKey: 'master-key' }));
  host = await startHost();
});

afterAll(async () => {
  await host?.stop();
  await bus?.close();
  await emulator?.close();
  removeApp(directory);
});

/** Waits for a report of a function that fits, and returns it. */
async function untilReported(kind: string, fits: (body: unknown) => boolean) {
  await expect.poll(() => reportsIn(host.output(), kind).some((report) => fits(report.body))).toBe(true);
  return reportsIn(host.output(), kind).filter((report) => fits(report.body));
}

const has = (property: string, value: unknown) => (body: unknown) =>
  typeof body === 'object' &&
  body !== null &&
  property in body &&
  (body as Record<string, unknown>)[property] === value;

describe('a function for single messages', () => {
  test('gets the body read as JSON and completes the message', async () => {
    await bus.send('work', { body: { id: 1 } }, { body: 'plain text' }, { body: '123' });
    await untilReported('single', has('id', 1));
    await untilReported('single', (body) => body === 'plain text');
    await untilReported('single', (body) => body === 123);
    await bus.untilEmpty('work');
  });

  test('gets the metadata as the real host sends it, quirks included', async () => {
    await bus.send('work', {
      body: { id: 2, correlationId: 'of the body', nested: { a: 1 }, flag: true },
      messageId: '123',
      correlationId: 'of the message',
      subject: 'the-subject',
      contentType: 'application/json',
      applicationProperties: {
        TenantId: 't',
        'Diagnostic-Id': '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    const [report] = await untilReported('single', has('id', 2));
    expect(report?.metadata).toMatchObject({
      // A text that reads like JSON becomes what it reads like.
      messageId: 123,
      subject: 'the-subject',
      label: 'the-subject',
      contentType: 'application/json',
      deliveryCount: 1,
      applicationProperties: { tenantId: 't' },
      userProperties: { tenantId: 't' },
      // Properties of the body are laid over those of the message.
      correlationId: 'of the body',
      nested: { a: 1 },
      flag: 'True',
    });
    expect(report?.metadata.enqueuedTimeUtc).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?$/);
    expect(report?.metadata.enqueuedTime).toMatch(/\+00:00$/);
    expect(report?.metadata.lockToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(typeof report?.metadata.sequenceNumber).toBe('number');
    expect(report?.metadata).not.toHaveProperty('sessionId');
    expect(report?.traceParent).toBe('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
  });

  test('that throws gives the message back at once, until the broker dead-letters it', async () => {
    await bus.send('work', { body: { fail: 'always' }, messageId: 'poison' });
    const dead = await bus.takeDeadLetter('work');
    expect(dead).toMatchObject({ messageId: 'poison', deadLetterReason: 'MaxDeliveryCountExceeded' });
    const counts = (await untilReported('single', has('fail', 'always'))).map(
      (report) => report.metadata.deliveryCount,
    );
    expect(counts).toEqual([1, 2, 3]);
    expect(host.output()).toMatch(
      /ERROR single failed \(Id=.*, MessageId=poison, SequenceNumber=\d+, DeliveryCount=3\): Error: asked to fail/,
    );
  });

  test('runs at most maxConcurrentCalls at a time', async () => {
    await bus.send('work', { body: { waitFor: 'a' } }, { body: { waitFor: 'b' } }, { body: { waitFor: 'c' } });
    await host.untilOutput('single running 2');
    await host.fetch('/api/release/a');
    await untilReported('single', has('waitFor', 'c'));
    await host.fetch('/api/release/b');
    await expect.poll(async () => (await host.fetch('/api/release/c')).status).toBe(200);
    await bus.untilEmpty('work');
    expect(host.output()).not.toContain('single running 3');
  });

  test('gets bytes when its dataType is binary', async () => {
    await bus.send('binary', { body: Buffer.from([0, 255, 65]) });
    const [report] = await untilReported('binary', () => true);
    expect(report?.body).toEqual({ isBuffer: true, hex: '00ff41' });
  });

  test('with autoCompleteMessages false leaves the message locked, and it comes again when the lock has expired', async () => {
    await bus.send('unsettled', { body: 'left' });
    const [first] = await untilReported('unsettled', () => true);
    expect(first?.metadata.deliveryCount).toBe(1);
    aheadMs += 10_000;
    await expect.poll(() => reportsIn(host.output(), 'unsettled').length).toBe(2);
    expect(reportsIn(host.output(), 'unsettled').at(-1)?.metadata.deliveryCount).toBe(2);
  });

  test('sends its outputs, one message per element, before it completes', async () => {
    await bus.send('forward', { body: { x: 1 } });
    const [forwarded] = await bus.take('forwarded', 1);
    expect(String(forwarded?.body)).toBe('{"was":{"x":1}}');
    const copies = await bus.take('copies', 2);
    expect(copies.map((copy) => [String(copy.body), copy.contentType])).toEqual([
      ['{"copy":1}', 'text/plain'],
      ['text', 'text/plain'],
    ]);
    await bus.untilEmpty('forward');
  });
});

describe('a function for batches', () => {
  const batches = () => reportsIn(host.output(), 'batch').map((report) => report.body);

  test('gets what waits, one batch at a time, with the metadata in arrays', async () => {
    await bus.send('events', { body: { waitFor: 'first' } });
    await expect.poll(batches).toEqual([[{ waitFor: 'first' }]]);
    await bus.send('events', { body: { n: 1 }, messageId: 'one' }, { body: '' }, { body: { n: 2 }, messageId: 'two' });
    await host.fetch('/api/release/first');
    await expect.poll(() => batches().flat().length).toBe(3);
    expect(batches()).toEqual([[{ waitFor: 'first' }], [{ n: 1 }, { n: 2 }]]);
    const metadata = reportsIn(host.output(), 'batch').at(-1)?.metadata;
    // The empty body is dropped, its metadata is not.
    expect(metadata).toMatchObject({
      messageIdArray: ['one', expect.anything(), 'two'],
      deliveryCountArray: [1, 1, 1],
      applicationPropertiesArray: [{}, {}, {}],
      sequenceNumberArray: [
        { low: 2, high: 0 },
        { low: 3, high: 0 },
        { low: 4, high: 0 },
      ],
    });
    await bus.untilEmpty('events/Subscriptions/batch');
  });

  test('that throws gives back the whole batch', async () => {
    await bus.send('events', { body: { waitFor: 'second' } });
    await expect.poll(() => batches().length).toBe(3);
    await bus.send('events', { body: { fail: true } }, { body: { innocent: true } });
    await host.fetch('/api/release/second');
    const counts = () =>
      reportsIn(host.output(), 'batch')
        .slice(3)
        .map((report) => report.metadata.deliveryCountArray);
    await expect.poll(counts).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    await bus.untilEmpty('events/Subscriptions/batch');
  });

  test('a lone message does not wait for others', async () => {
    let soonestMs = Number.POSITIVE_INFINITY;
    for (let lone = 1; lone <= 5; lone += 1) {
      const sentAt = Date.now();
      await bus.send('events', { body: { lone } });
      await expect.poll(() => batches().flat().some(has('lone', lone)), { interval: 10 }).toBe(true);
      soonestMs = Math.min(soonestMs, Date.now() - sentAt);
    }
    // The SDK alone would hold each back for a second; what else the machine does delays one or the other.
    expect(soonestMs).toBeLessThan(800);
  });
});

test('a Service Bus function is run by hand over the admin API', async () => {
  const run = (name: string, input: unknown) =>
    host.fetch(`/admin/functions/${name}`, { method: 'POST', body: JSON.stringify({ input }), ...MASTER });
  expect((await run('single', '{"byHand":1}')).status).toBe(202);
  await untilReported('single', has('byHand', 1));
  expect((await run('batch', '[{"byHand":2}]')).status).toBe(202);
  await untilReported('batch', (bodies) => Array.isArray(bodies) && bodies.some(has('byHand', 2)));
});

test('on SIGTERM a message under way is finished and completed before the process ends', async () => {
  await bus.send('work', { body: { endAfterSignal: true } });
  await untilReported('single', has('endAfterSignal', true));
  const stopped = host.stop();
  expect(await stopped).toBe(0);
  await bus.untilEmpty('work');
});

test('a batch waits for minMessageBatchSize messages, but not longer than maxBatchWaitTime', async () => {
  await host.stop();
  host = await startHost({
    AzureFunctionsJobHost__extensions__serviceBus__minMessageBatchSize: '3',
    AzureFunctionsJobHost__extensions__serviceBus__maxBatchWaitTime: '00:00:02',
  });
  const batches = () => reportsIn(host.output(), 'batch').map((report) => report.body);
  for (const n of [1, 2, 3]) await bus.send('events', { body: { n } });
  await expect.poll(batches).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }]]);
  await bus.send('events', { body: { n: 4 } });
  await expect.poll(() => batches().at(-1)).toEqual([{ n: 4 }]);
});
