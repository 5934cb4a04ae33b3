import { snapshotOperations } from '@valerix/backup/backup-operations';
import {
  idempotencyKey,
  type OrderDetails,
  type OrderView,
  orderDetails,
  orderPage,
  orderQuery,
  orderRequestSchema,
  orderView,
  statusChange,
} from '@valerix/contracts/order-api';
import { negotiation } from '@valerix/contracts/push';
import { deadLetterOperations, deadLetterSchemas } from '@valerix/platform/dead-letters/dead-letter-operations';
import type { DescribedApi, DescribedOperation } from '@valerix/platform/openapi/operation';
import { healthOperation, metricsOperation, openApiOperation } from '@valerix/platform/openapi/shared-operations';
import { z } from 'zod';
import manifest from '../package.json' with { type: 'json' };
import { IDEMPOTENCY_HEADER } from './idempotency.ts';

const path = z.object({ orderId: z.uuid() });

const confirmed: OrderView = {
  orderId: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
  status: 'confirmed',
  orderVersion: 2,
  customerId: 'customer-7',
  items: [
    {
      productId: 'espresso-beans-1kg',
      quantity: 2,
      name: 'Espresso beans, 1 kg',
      unitPriceMinor: 1990,
      currency: 'EUR',
    },
  ],
  totalMinor: 3980,
  currency: 'EUR',
  reservationId: '9f1c7c1e-3e5d-4d0a-8a3b-2b6f0f9a1c22',
  reason: null,
  message: 'Your order is confirmed.',
  recoveredFromCrash: false,
  createdAt: '2026-01-02T03:04:05.678Z',
  updatedAt: '2026-01-02T03:04:05.702Z',
};
const accepted: OrderView = {
  ...confirmed,
  status: 'pending_verification',
  items: [{ productId: 'espresso-beans-1kg', quantity: 2 }],
  totalMinor: null,
  currency: null,
  reservationId: null,
  message: 'We have your order and are checking it with the warehouse. You do not need to order again.',
};
const details: OrderDetails = {
  ...confirmed,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  history: [
    { orderVersion: 1, from: null, to: 'pending', reason: null, at: '2026-01-02T03:04:05.678Z' },
    { orderVersion: 2, from: 'pending', to: 'confirmed', reason: null, at: '2026-01-02T03:04:05.702Z' },
  ],
};

const location = { Location: 'The address of the order.' };

const orderOperations: Readonly<Record<string, DescribedOperation>> = {
  'orders-create': {
    tag: 'orders',
    summary: 'Places an order: all of its lines or none.',
    description:
      'Answers within the budget for the warehouse, 2 s by default, whatever the warehouse does. The header means the same as `idempotencyKey` and wins; requests with one key make one order.',
    headers: z.object({ [IDEMPOTENCY_HEADER]: idempotencyKey.optional() }),
    body: {
      schema: orderRequestSchema,
      examples: {
        oneProduct: { customerId: 'customer-7', productId: 'espresso-beans-1kg', quantity: 2 },
        severalProducts: {
          items: [
            { productId: 'espresso-beans-1kg', quantity: 1 },
            { productId: 'coffee-scale', quantity: 1 },
          ],
          idempotencyKey: 'basket-42',
        },
      },
    },
    answers: {
      200: {
        description: 'The key was used before with the same request: the order as it is now.',
        schema: orderView,
        example: confirmed,
        headers: { ...location, 'Idempotency-Replayed': 'true' },
      },
      201: { description: 'Confirmed.', schema: orderView, example: confirmed, headers: location },
      202: {
        description: 'Accepted: it is checked with the warehouse and settles by itself.',
        schema: orderView,
        example: accepted,
        headers: location,
      },
    },
    errors: [
      'insufficient_stock',
      'unknown_product',
      'order_rejected',
      'idempotency_key_reused',
      'too_many_requests',
      'order_not_recorded',
    ],
  },
  'orders-get': {
    tag: 'orders',
    summary: 'One order with its history, for whoever holds its id.',
    path,
    answers: { 200: { description: 'The order.', schema: orderDetails, example: details } },
    errors: ['invalid_request', 'order_not_found', 'temporarily_unavailable'],
  },
  'orders-list': {
    tag: 'orders',
    summary: 'Orders, newest first.',
    description: '`status` takes several, separated by commas; `cursor` is the `nextCursor` of the page before.',
    query: orderQuery,
    answers: {
      200: { description: 'A page.', schema: orderPage, example: { orders: [confirmed], nextCursor: null } },
    },
    errors: ['invalid_request', 'temporarily_unavailable'],
  },
  'orders-cancel': {
    tag: 'orders',
    summary: 'Cancels an order and gives back what it holds, for whoever holds its id.',
    path,
    answers: {
      200: {
        description: 'Cancelled, now or before.',
        schema: orderView,
        example: { ...confirmed, status: 'cancelled', message: 'Your order is cancelled.' },
      },
    },
    errors: [
      'invalid_request',
      'order_not_found',
      'order_in_progress',
      'order_not_cancellable',
      'temporarily_unavailable',
    ],
  },
  'orders-ship': {
    tag: 'orders',
    summary: 'Ships a confirmed order.',
    path,
    answers: {
      200: {
        description: 'Shipped, now or before.',
        schema: orderView,
        example: { ...confirmed, status: 'shipped', message: 'Your order is on its way.' },
      },
    },
    errors: ['invalid_request', 'order_not_found', 'order_not_shippable', 'temporarily_unavailable'],
  },
  'orders-negotiate': {
    tag: 'orders',
    summary: 'Where the shopper of an order connects to hear what becomes of it, and nothing else.',
    path,
    answers: {
      200: {
        description: 'The address of a WebSocket, to be used until it expires.',
        schema: negotiation,
        example: {
          url: 'wss://push.example.com/client/hubs/valerix?access_token=TOKEN',
          expiresAt: '2026-01-02T04:04:05.678Z',
        },
      },
    },
    errors: ['invalid_request', 'order_not_found', 'temporarily_unavailable'],
  },
};

/** The Order service's HTTP interface, for those who call it. */
export const orderApi: DescribedApi = {
  title: 'Valerix Order service',
  version: manifest.version,
  description: 'Places, shows, cancels and ships orders. Money is in the minor unit of its currency.',
  operations: {
    ...orderOperations,
    ...snapshotOperations,
    ...deadLetterOperations,
    health: healthOperation('order', ['database', 'serviceBus', 'inventoryGrpc']),
    metrics: metricsOperation,
    openapi: openApiOperation,
  },
  schemas: { Order: orderView, OrderDetails: orderDetails, StatusChange: statusChange, ...deadLetterSchemas },
};
