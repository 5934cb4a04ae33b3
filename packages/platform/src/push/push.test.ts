import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnyEvent } from '@valerix/contracts/events';
import { expect, onTestFinished, test } from 'vitest';
import { makeLogger } from '../logger.ts';
import { makeMetrics } from '../metrics.ts';
import { makeClientUrl } from './client-url.ts';
import { makePush, type PushOptions } from './push.ts';

const KEY = 'a-key-of-at-least-thirty-two-bytes-0';

const alert = (productId: string): AnyEvent => ({
  eventType: 'LowStockAlert',
  eventId: '00000000-0000-4000-8000-000000000001',
  timestamp: '2026-01-01T00:00:00.000Z',
  data: { productId, currentStock: 1, threshold: 2, stockVersion: 3 },
});
const soon = () => Date.now() + 5_000;

interface Received {
  readonly url: string;
  readonly body: { events: AnyEvent[] };
}

/** What the SDK of Web PubSub calls, with the answer in the test's hand. */
async function startService(answer: (response: ServerResponse, received: Received) => void) {
  const received: Received[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks = await request.toArray();
    const call = { url: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) };
    received.push(call);
    answer(response, call);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, port: (server.address() as AddressInfo).port };
}

const accept = (response: ServerResponse) => response.writeHead(202).end();

function pushTo(port: number, more: Partial<PushOptions> = {}) {
  const lines: string[] = [];
  const metrics = makeMetrics('test');
  const connectionString = `Endpoint=http://127.0.0.1:${port};AccessKey=${KEY};Version=1.0;`;
  const logger = makeLogger('test', 'warn', (line) => lines.push(line));
  const push = makePush({ connection: { connectionString }, metrics, logger, ...more });
  const count = async (name: string) => {
    const line = (await metrics.text()).split('\n').find((candidate) => candidate.startsWith(`${name}_total{`));
    return Number(line?.split(' ').at(1));
  };
  return { push, lines, sent: () => count('push_sent'), failed: () => count('push_failed') };
}

test('all events of a delivery go to their group in one call', async () => {
  const { received, port } = await startService(accept);
  const { push, sent, failed } = pushTo(port);
  await push.send('operators', [alert('beans'), alert('scale')], soon());
  expect(received).toHaveLength(1);
  expect(received[0]?.url).toMatch(/^\/api\/hubs\/valerix\/groups\/operators\/:send\?/);
  expect(received[0]?.body).toEqual({ events: [alert('beans'), alert('scale')] });
  expect([await sent(), await failed()]).toEqual([1, 0]);
});

test('nothing is sent about nothing', async () => {
  const { received, port } = await startService(accept);
  await pushTo(port).push.send('operators', [], soon());
  expect(received).toEqual([]);
});

test('what is too large for one message goes in several, each event once and in order', async () => {
  const { received, port } = await startService(accept);
  const events = Array.from({ length: 20 }, (_, n) => alert(`product-${n}-${'ü'.repeat(20)}`));
  await pushTo(port, { maxMessageBytes: 1_000, maxConcurrent: 1 }).push.send('operators', events, soon());
  expect(received.length).toBeGreaterThan(3);
  expect(received.flatMap(({ body }) => body.events)).toEqual(events);
  for (const { body } of received) expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(1_000);
});

test('a failed call is counted, told once a second and not repeated', async () => {
  const { received, port } = await startService((response) => response.writeHead(500).end());
  const { push, lines, sent, failed } = pushTo(port);
  for (const group of ['operators', 'order-1', 'order-2']) await push.send(group, [alert('beans')], soon());
  expect(received).toHaveLength(3);
  expect([await sent(), await failed()]).toEqual([0, 3]);
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['push_failed']);
  expect(lines.join()).not.toContain(KEY);
});

test('a service that is away costs nothing but the count', async () => {
  const { push, failed } = pushTo(1);
  await push.send('operators', [alert('beans')], soon());
  expect(await failed()).toBe(1);
});

test('a service that never answers is waited for no longer than the time of a call, and than the deadline', async () => {
  const { port } = await startService(() => {});
  const { push, failed } = pushTo(port, { callTimeoutMs: 100, maxConcurrent: 2 });
  const begun = performance.now();
  await push.send('operators', [alert('beans')], soon());
  // Without a time of its own a call would have had its 5 s until the deadline.
  expect(performance.now() - begun).toBeLessThan(3_000);
  // A hundred groups, two at a time, 100 ms each: 5 s; there is time for the first four or so.
  const deadline = Date.now() + 250;
  await Promise.all(Array.from({ length: 100 }, (_, n) => push.send(`order-${n}`, [alert('beans')], deadline)));
  expect(Date.now() - deadline).toBeLessThan(3_000);
  expect(await failed()).toBe(101);
});

test('calls run side by side, but never more than so many', async () => {
  const open: ServerResponse[] = [];
  let most = 0;
  const { received, port } = await startService((response) => {
    most = Math.max(most, open.push(response));
    // Nobody is answered before all that may are there, and one more has had time to come.
    if (open.length === 8) setTimeout(() => open.splice(0).forEach(accept), 20);
  });
  const { push, sent } = pushTo(port, { maxConcurrent: 8 });
  await Promise.all(Array.from({ length: 40 }, (_, n) => push.send(`order-${n}`, [alert('beans')], soon())));
  expect(received).toHaveLength(40);
  expect(await sent()).toBe(40);
  expect(most).toBe(8);
});

test('an address hears its one group for an hour, and may send nothing', async () => {
  const clientUrl = makeClientUrl({ connectionString: `Endpoint=http://127.0.0.1:1;AccessKey=${KEY};Version=1.0;` });
  const { url, expiresAt } = await clientUrl('order-1');
  expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:1\/client\/hubs\/valerix\?access_token=/);
  const [, claims = ''] = new URL(url).searchParams.get('access_token')?.split('.') ?? [];
  const token = JSON.parse(Buffer.from(claims, 'base64url').toString());
  expect(token).toEqual({
    'webpubsub.group': ['order-1'],
    aud: 'http://127.0.0.1:1/client/hubs/valerix',
    iat: expect.any(Number),
    exp: token.iat + 3_600,
  });
  expect(Math.abs(Date.parse(expiresAt) / 1_000 - token.exp)).toBeLessThanOrEqual(1);
});
