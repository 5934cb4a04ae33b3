import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ServiceBusClient } from '@azure/service-bus';
import { type DeadLetterView, deadLetterDetails, deadLetterPage } from '@valerix/contracts/dead-letters-api';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { type Books, openBooks } from '../system/books.ts';
import { whileNotReading } from '../system/not-reading.ts';
import { checkPromises } from '../system/promises.ts';
import { waitUntilQuiet } from '../system/quiet.ts';
import { runningSystem } from '../system/running.ts';
import { makeShop, request, type Shop } from '../system/shop.ts';
import { until } from '../system/until.ts';

const script = fileURLToPath(new URL('../../scripts/dead-letters.ts', import.meta.url));
const home = inject('systemHome');
let endpoints: Endpoints;
let shop: Shop;
let books: Books;
let bus: ServiceBusClient;

beforeAll(async () => {
  endpoints = await runningSystem();
  shop = makeShop(endpoints);
  books = openBooks(endpoints);
  bus = new ServiceBusClient(endpoints.serviceBus);
});

afterAll(async () => {
  await waitUntilQuiet(endpoints, books);
  const { breaches } = await checkPromises(books);
  await bus.close();
  await books.close();
  expect(breaches).toEqual([]);
});

type Face = 'order' | 'inventory';
const at = (face: Face, path: string, method = 'GET', key: string | null = endpoints.operatorKey) =>
  request(`${endpoints[face]}/api/ops/dead-letters${path}`, {
    method,
    headers: key === null ? {} : { 'x-functions-key': key },
  });
const listed = async (face: Face, eventType: string): Promise<DeadLetterView[]> =>
  deadLetterPage.parse((await at(face, `?eventType=${eventType}`)).body).deadLetters;
const appears = (face: Face, eventType: string) =>
  until(`a dead letter of type ${eventType}`, async () => (await listed(face, eventType))[0]);
/** A type of event that is nobody's but this test's. */
const unheardOf = () => `Unheard-${randomUUID().slice(0, 8)}`;
const send = (entity: string, subject: string, eventType: string) =>
  bus.createSender(entity).sendMessages({ subject, body: { eventType, eventId: randomUUID(), note: 'no event' } });

function cli(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

test('only the operator sees or touches dead letters', async () => {
  for (const face of ['order', 'inventory'] as const) {
    for (const key of [null, 'wrong']) {
      const calls = [
        at(face, '', 'GET', key),
        at(face, '/some-id', 'GET', key),
        at(face, '/some-id/replay', 'POST', key),
        at(face, '/replay', 'POST', key),
        at(face, '/some-id', 'DELETE', key),
        at(face, '?all=true', 'DELETE', key),
      ];
      expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401]);
    }
    expect((await at(face, '/some-id')).body).toMatchObject({ status: 404, code: 'dead_letter_not_found' });
    expect((await at(face, '', 'DELETE')).body).toMatchObject({ status: 400, errors: [{ field: 'all' }] });
    expect((await at(face, '?reader=nobody')).body).toMatchObject({ status: 400, errors: [{ field: 'reader' }] });
  }
});

test.each([
  ['inventory', 'verify-orders', 'VerifyOrder', 'verify-orders'],
  ['order', 'inventory-events', 'OrderVerified', 'order-service-sub'],
] as const)(
  'a message that the %s service cannot read is listed with its reason, comes back when replayed, and can be discarded',
  async (face, entity, subject, reader) => {
    const eventType = unheardOf();
    await send(entity, subject, eventType);
    const letter = await appears(face, eventType);
    expect(letter).toMatchObject({ source: 'quarantine', entity, reader, reason: 'unreadable' });
    const details = deadLetterDetails.parse((await at(face, `/${letter.id}`)).body);
    expect(JSON.parse(details.body)).toMatchObject({ eventType, note: 'no event' });
    expect(details.detail).toContain('timestamp');

    expect((await at(face, `/${letter.id}/replay`, 'POST')).status).toBe(200);
    const [again, ...others] = await until('the copy to be set apart as well', async () => {
      const letters = await listed(face, eventType);
      return letters.some(({ id, deliveryCount }) => id !== letter.id || deliveryCount === 2) && letters;
    });
    expect(others).toEqual([]);
    expect((await at(face, `/${again?.id}`, 'DELETE')).status).toBe(204);
    expect(await listed(face, eventType)).toEqual([]);
    expect((await at(face, `/${again?.id}`)).status).toBe(404);
  },
);

test('a VerifyOrder that was dead-lettered is replayed from the command line, and its order is settled', async () => {
  const product = await shop.newProduct(5);
  let orderId = '';
  await whileNotReading(home, endpoints, async () => {
    const answer = await shop.order({ productId: product, quantity: 2 });
    expect(answer.status).toBe(202);
    orderId = String(answer.body.orderId);
    const receiver = bus.createReceiver('verify-orders');
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
    if (message === undefined) throw new Error('no VerifyOrder arrived');
    expect(message.body.data.orderId).toBe(orderId);
    await receiver.deadLetterMessage(message, { deadLetterReason: 'drill', deadLetterErrorDescription: 'on purpose' });
    await receiver.close();
  });
  expect((await shop.find(orderId)).status).toBe('pending_verification');

  const list = await cli('list', '--home', home, '--event-type', 'VerifyOrder', '--json');
  expect(list).toMatchObject({ code: 0, err: '' });
  const letters = deadLetterPage.shape.deadLetters.parse(JSON.parse(list.out));
  expect(letters).toMatchObject([{ source: 'broker', reader: 'verify-orders', reason: 'drill', detail: 'on purpose' }]);
  const id = letters[0]?.id ?? '';
  expect(await cli('replay', id, '--home', home)).toEqual({ code: 0, out: `${id} replayed.\n`, err: '' });
  const order = await shop.settled(orderId, ['confirmed'], 10_000);
  expect(order.reservationId).not.toBeNull();
  expect((await shop.product(product)).stock).toBe(3);
  expect(await listed('inventory', 'VerifyOrder')).toEqual([]);
});

test('the command line shows, replays and discards over both services', async () => {
  const eventType = unheardOf();
  await send('verify-orders', 'VerifyOrder', eventType);
  await send('inventory-events', 'OrderVerified', eventType);
  await Promise.all([appears('inventory', eventType), appears('order', eventType)]);
  const mine = ['--home', home, '--event-type', eventType];

  const list = await cli('list', ...mine);
  expect(list.code).toBe(0);
  for (const reader of ['verify-orders', 'order-service-sub']) expect(list.out).toContain(reader);
  const [letter] = await listed('order', eventType);
  const shown = await cli('show', letter?.id ?? '', '--home', home);
  expect(JSON.parse(shown.out)).toMatchObject({ id: letter?.id, reason: 'unreadable' });

  const replayed = await cli('replay', '--all', ...mine, '--json');
  expect(JSON.parse(replayed.out)).toMatchObject([{ done: 1 }, { done: 1 }]);
  await Promise.all([appears('inventory', eventType), appears('order', eventType)]);
  const discarded = await cli('discard', '--all', ...mine);
  expect(discarded).toMatchObject({ code: 0, out: 'order: 1 discarded, 0 remain\ninventory: 1 discarded, 0 remain\n' });
  expect((await cli('list', ...mine)).out).toBe('There are no dead letters.\n');

  const services = ['--order-url', endpoints.order, '--inventory-url', endpoints.inventory];
  expect((await cli('list', ...services, '--key', endpoints.operatorKey)).code).toBe(0);
  expect(await cli('list', ...services, '--key', 'wrong')).toMatchObject({
    code: 1,
    err: expect.stringContaining('refused the operator key'),
  });
  expect(await cli('replay', 'nothing', '--home', home)).toMatchObject({
    code: 1,
    err: expect.stringContaining('nothing'),
  });
  expect((await cli('discard', '--home', home)).code).toBe(2);
});

test('dead letters are counted in the metrics of the service that answers for them', async () => {
  const eventType = unheardOf();
  await send('verify-orders', 'VerifyOrder', eventType);
  const { id } = await appears('inventory', eventType);
  const metrics = async () => (await fetch(`${endpoints.inventory}/metrics`)).text();
  await until('the dead letter to be counted', async () =>
    /^dead_letters\{source="quarantine",entity="verify-orders",reader="verify-orders".*\} [1-9]/m.test(await metrics()),
  );
  await at('inventory', `/${id}`, 'DELETE');
  expect(await metrics()).toMatch(/^dead_letters_discarded_total\{.*reader="verify-orders".*\} [1-9]/m);
});
