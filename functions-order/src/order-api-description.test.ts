import { faultsOf } from '@valerix/platform/openapi/openapi.fixture';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrderApp, startOrderApp } from '../testing/order-app.ts';
import { orderApi } from './order-api-description.ts';

let app: OrderApp;
beforeAll(() => {
  // Nobody listens there, and nobody has to.
  app = startOrderApp({
    ORDERS_DATABASE_URL: 'postgresql://127.0.0.1:1/none',
    INVENTORY_GRPC_URL: 'http://127.0.0.1:1',
  });
});
afterAll(() => app.close());

test('every endpoint is described, with examples that fit, and nothing else is', () => {
  expect(faultsOf(app.service.http.endpoints(), orderApi)).toEqual([]);
});

test('the description is served at its address, where anybody may read it', async () => {
  const { status, body } = await app.send('GET', '/api/openapi.json');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    openapi: '3.1.1',
    paths: {
      '/api/orders': { get: { security: [{ operatorKey: [] }] }, post: { operationId: 'orders-create' } },
      '/api/orders/{orderId}/cancel': { post: { parameters: [{ name: 'orderId', in: 'path', required: true }] } },
    },
  });
});
