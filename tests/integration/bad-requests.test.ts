import { beforeAll, expect, test } from 'vitest';
import type { Endpoints } from '../../local/endpoints.ts';
import { runningSystem } from '../system/running.ts';
import { makeShop, request, type Shop } from '../system/shop.ts';

let endpoints: Endpoints;
let shop: Shop;

beforeAll(async () => {
  endpoints = await runningSystem();
  shop = makeShop(endpoints);
});

const fieldsOf = (body: Record<string, unknown>) => (body.errors as { field: string }[]).map(({ field }) => field);

test.each([
  ['a quantity of zero', { productId: 'p', quantity: 0 }, ['quantity']],
  ['a quantity in words', { productId: 'p', quantity: 'two' }, ['quantity']],
  ['a product id that is too long', { productId: 'p'.repeat(51), quantity: 1 }, ['productId']],
  ['a customer id that is too long', { customerId: 'c'.repeat(51), productId: 'p', quantity: 1 }, ['customerId']],
  ['a field nobody knows', { productId: 'p', quantity: 1, colour: 'red' }, ['colour']],
  [
    'a wrong line',
    {
      items: [
        { productId: 'p', quantity: 1 },
        { productId: '', quantity: 101 },
      ],
    },
    ['items[1].productId', 'items[1].quantity'],
  ],
  ['a list', [1, 2], ['']],
])('%s is 400 and named', async (_, body, fields) => {
  const answer = await shop.order(body);
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({ code: 'invalid_request', status: 400 });
  expect(fieldsOf(answer.body).sort()).toEqual([...fields].sort());
});

test('broken JSON is 400, another media type 415, too many bytes 413', async () => {
  expect((await shop.order('{"productId":')).body).toMatchObject({ status: 400, code: 'invalid_json' });
  expect((await shop.order('a=1', { 'content-type': 'application/x-www-form-urlencoded' })).body).toMatchObject({
    status: 415,
    code: 'unsupported_media_type',
  });
  expect((await shop.order({ productId: 'p'.repeat(70_000), quantity: 1 })).body).toMatchObject({
    status: 413,
    code: 'body_too_large',
  });
});

test('an idempotency key that cannot be one is named', async () => {
  const answer = await shop.order({ productId: 'p', quantity: 1 }, { 'idempotency-key': 'x'.repeat(256) });
  expect(answer.status).toBe(400);
  expect(fieldsOf(answer.body)).toEqual(['Idempotency-Key']);
});

test('an order id that is none is 400, one that nobody has is 404', async () => {
  const at = (path: string, init?: RequestInit) => request(`${endpoints.order}${path}`, init);
  const malformed = await at('/api/orders/not-an-id');
  expect(malformed.status).toBe(400);
  expect(fieldsOf(malformed.body)).toEqual(['orderId']);
  const unknown = '9b2f6c1e-0000-4000-8000-000000000000';
  expect((await at(`/api/orders/${unknown}`)).body).toMatchObject({ status: 404, code: 'order_not_found' });
  expect((await at(`/api/orders/${unknown}/cancel`, { method: 'POST' })).status).toBe(404);
});

test('a wrong method is 405 and an unknown address 404, both as problem documents', async () => {
  const wrong = await request(`${endpoints.order}/api/orders`, { method: 'DELETE' });
  expect(wrong.status).toBe(405);
  expect(wrong.body.code).toBe('method_not_allowed');
  expect(wrong.headers.get('allow')).toContain('POST');
  expect((await request(`${endpoints.order}/api/nothing`)).body.code).toBe('not_found');
  expect((await request(`${endpoints.inventory}/api/nothing`)).body.code).toBe('not_found');
});

test('what only the operator may do is refused without the key, or with a wrong one', async () => {
  const headers = { 'content-type': 'application/json' };
  const put = (more: Record<string, string>) =>
    request(`${endpoints.inventory}/api/products/p`, { method: 'PUT', headers: { ...headers, ...more }, body: '{}' });
  expect((await put({})).status).toBe(401);
  expect((await put({ 'x-functions-key': 'wrong' })).status).toBe(401);
  expect((await put({ 'x-functions-key': endpoints.operatorKey })).status).toBe(400);
  expect((await request(`${endpoints.order}/api/orders`, { headers: { 'x-functions-key': 'wrong' } })).status).toBe(
    401,
  );
});

test('a query that cannot be meant is 400 and named', async () => {
  const answer = await request(`${endpoints.order}/api/orders?status=lost&limit=0&cursor=nonsense`, {
    headers: { 'x-functions-key': endpoints.operatorKey },
  });
  expect(answer.status).toBe(400);
  expect(fieldsOf(answer.body)).toEqual(expect.arrayContaining(['limit']));
});
