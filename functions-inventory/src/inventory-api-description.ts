import { backupOperations, snapshotOperations } from '@valerix/backup/backup-operations';
import { type AlertsReport, alertsReport } from '@valerix/contracts/alerts-api';
import { type ChaosView, chaosChange, chaosDefaults, chaosView } from '@valerix/contracts/chaos-api';
import {
  type ProductView,
  productPage,
  productUpsert,
  productView,
  restockRequest,
} from '@valerix/contracts/inventory-api';
import { productId } from '@valerix/contracts/order';
import { idempotencyKey } from '@valerix/contracts/order-api';
import { negotiation } from '@valerix/contracts/push';
import { deadLetterOperations, deadLetterSchemas } from '@valerix/platform/dead-letters/dead-letter-operations';
import type { DescribedApi, DescribedOperation } from '@valerix/platform/openapi/operation';
import { healthOperation, metricsOperation, openApiOperation } from '@valerix/platform/openapi/shared-operations';
import { z } from 'zod';
import manifest from '../package.json' with { type: 'json' };

const path = z.object({ productId });

const beans: ProductView = {
  productId: 'espresso-beans-1kg',
  name: 'Espresso beans, 1 kg',
  unitPriceMinor: 1990,
  currency: 'EUR',
  stock: 120,
  stockVersion: 7,
  lowStockThreshold: 10,
  lowStock: false,
  updatedAt: '2026-01-02T03:04:05.678Z',
};
const chaos: ChaosView = {
  ...chaosDefaults,
  gremlin: { ...chaosDefaults.gremlin, mode: 'every-nth' },
  seed: 42,
  expiresAt: '2026-01-02T03:06:05.678Z',
  allowed: true,
  updatedAt: '2026-01-02T03:04:05.678Z',
};

const since = '2026-01-02T03:04:05.678Z';
const slow: AlertsReport = {
  state: 'red',
  since,
  evaluatedAt: '2026-01-02T03:04:35.000Z',
  windowSeconds: 30,
  rules: [
    {
      rule: 'response_time',
      state: 'red',
      since,
      value: 1430,
      threshold: 1000,
      reason: 'Requests to order take 1430 ms on average.',
    },
    { rule: 'error_rate', state: 'green', since, value: 0.01, threshold: 0.05, reason: '1 % of requests fail.' },
    { rule: 'health', state: 'green', since, value: 0, threshold: 0, reason: 'Every part is healthy.' },
    { rule: 'backup', state: 'green', since, value: 3.5, threshold: 26, reason: 'The last backup is 3 hours old.' },
  ],
  services: [
    {
      service: 'order',
      requests: 840,
      errors: 8,
      averageMs: 1430,
      errorRate: 0.01,
      healthy: true,
      dependencies: { database: 'healthy', serviceBus: 'healthy', inventoryGrpc: 'healthy' },
      reportedAt: '2026-01-02T03:04:34.100Z',
      breaker: 'half_open',
    },
  ],
};

const productOperations: Readonly<Record<string, DescribedOperation>> = {
  'products-list': {
    tag: 'products',
    summary: 'The catalogue with its stock.',
    answers: { 200: { description: 'By product id.', schema: productPage, example: { products: [beans] } } },
    errors: ['temporarily_unavailable'],
  },
  'product-get': {
    tag: 'products',
    summary: 'One product with its stock.',
    path,
    answers: { 200: { description: 'The product.', schema: productView, example: beans } },
    errors: ['invalid_request', 'product_not_found', 'temporarily_unavailable'],
  },
  'product-put': {
    tag: 'products',
    summary: 'Creates a product, or changes its name, price and threshold.',
    description:
      '`initialStock` counts only for a product that is created; afterwards stock moves by restocks and orders.',
    path,
    body: {
      schema: productUpsert,
      examples: {
        create: { name: beans.name, unitPriceMinor: 1990, initialStock: 120 },
        reprice: { name: beans.name, unitPriceMinor: 2190, currency: 'EUR', lowStockThreshold: 20 },
      },
    },
    answers: {
      200: { description: 'Changed.', schema: productView, example: beans },
      201: {
        description: 'Created.',
        schema: productView,
        example: beans,
        headers: { Location: 'The address of the product.' },
      },
    },
    errors: ['temporarily_unavailable'],
  },
  'product-restock': {
    tag: 'products',
    summary: 'Adds stock, once for a key.',
    description: 'The header means the same as `idempotencyKey` and wins.',
    path,
    headers: z.object({ 'Idempotency-Key': idempotencyKey.optional() }),
    body: { schema: restockRequest, examples: { delivery: { quantity: 50, idempotencyKey: 'delivery-2026-01-02' } } },
    answers: {
      200: {
        description: 'Restocked, now or by the request with this key before.',
        schema: productView,
        example: beans,
        headers: { 'Idempotency-Replayed': '`true` when it was before.' },
      },
    },
    errors: ['product_not_found', 'idempotency_key_reused', 'temporarily_unavailable'],
  },
};

const chaosOperations: Readonly<Record<string, DescribedOperation>> = {
  'chaos-get': {
    tag: 'faults on purpose',
    summary: 'What is in force.',
    answers: { 200: { description: 'All of it.', schema: chaosView, example: chaos } },
    errors: ['temporarily_unavailable'],
  },
  'chaos-put': {
    tag: 'faults on purpose',
    summary: 'Switches faults of every gRPC host, within a second.',
    description: 'A part that is absent stays as it is; one that is there replaces the one before, with defaults.',
    body: {
      schema: chaosChange,
      examples: {
        slow: { gremlin: { mode: 'random' }, expiresInSeconds: 120 },
        repeatable: { schrodinger: { mode: 'drop', probability: 0.1 }, seed: 42 },
        off: { gremlin: { mode: 'off' }, schrodinger: { mode: 'off' } },
      },
    },
    answers: { 200: { description: 'What is in force then.', schema: chaosView, example: chaos } },
    errors: ['chaos_not_allowed', 'temporarily_unavailable'],
  },
};

const watchOperations: Readonly<Record<string, DescribedOperation>> = {
  'alerts-get': {
    tag: 'watch',
    summary: 'How the system is, by four rules, most of them over the last half minute: red when any of them is.',
    answers: { 200: { description: 'Known, and this is it.', schema: alertsReport, example: slow } },
    errors: ['alerts_unknown'],
  },
  'operators-negotiate': {
    tag: 'watch',
    summary: 'Where the dashboard connects to hear every event.',
    answers: {
      200: {
        description: 'The address of a WebSocket, to be used until it expires.',
        schema: negotiation,
        example: { url: 'wss://push.example.com/client/hubs/valerix?access_token=TOKEN', expiresAt: since },
      },
    },
    errors: ['temporarily_unavailable'],
  },
};

/** The Inventory service's HTTP interface, for those who call it. */
export const inventoryApi: DescribedApi = {
  title: 'Valerix Inventory service',
  version: manifest.version,
  description: 'Products, their stock, and what an operator does. Money is in the minor unit of its currency.',
  operations: {
    ...productOperations,
    ...chaosOperations,
    ...watchOperations,
    ...backupOperations,
    ...snapshotOperations,
    ...deadLetterOperations,
    'health-get': healthOperation('functions-inventory', ['database', 'serviceBus']),
    'metrics-get': metricsOperation,
    'openapi-get': openApiOperation,
  },
  schemas: { Product: productView, Chaos: chaosView, Alerts: alertsReport, ...deadLetterSchemas },
};
