import { type HttpFunctionOptions, HttpRequest, InvocationContext } from '@azure/functions';
import { beforeEach, expect, test } from 'vitest';
import { type Endpoint, json, makeHttpApp } from './http.ts';
import { makeLogger } from './logger.ts';
import { type Metrics, makeMetrics } from './metrics.ts';
import { RequestError } from './problem.ts';
import type { FinishedRequest } from './system-metrics/request-tally.ts';
import { recordSpans } from './telemetry/spans.fixture.ts';

let registered: Map<string, HttpFunctionOptions>;
let metrics: Metrics;
let lines: string[];
let finished: FinishedRequest[];

beforeEach(() => {
  registered = new Map();
  lines = [];
  finished = [];
  metrics = makeMetrics('test');
});

function serve(handler: Endpoint['handler']) {
  const http = makeHttpApp({
    register: (name, options) => registered.set(name, options),
    logger: makeLogger('test', 'debug', (line) => lines.push(line)),
    metrics,
    onFinished: (request) => finished.push(request),
  });
  http.endpoint('orders-create', { methods: ['POST'], route: 'api/orders/{orderId}', handler });
  http.fallback();
  return async (init: {
    name?: string;
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string;
  }) => {
    const request = new HttpRequest({
      method: init.method ?? 'POST',
      url: `http://localhost${init.path ?? '/api/orders/1'}`,
      headers: { 'content-type': 'application/json', ...init.headers },
      ...(init.body !== undefined && { body: { string: init.body } }),
    });
    const answer = await registered.get(init.name ?? 'orders-create')?.handler(request, new InvocationContext());
    const { status, headers, body } = answer as { status: number; headers: Record<string, string>; body: string };
    return { status, headers, body: JSON.parse(body) as Record<string, unknown> };
  };
}

test('a handler answers JSON, and every answer carries the trace', async () => {
  const call = serve(async ({ json: read }) => json(201, await read()));
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const answer = await call({ body: '{"a":1}', headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } });
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({ a: 1 });
  expect(answer.headers.traceparent).toContain(trace);
});

test.each([
  ['broken JSON', { body: '{' }, 400, 'invalid_json'],
  ['no body at all', { body: '' }, 400, 'invalid_json'],
  ['another media type', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  ['too many bytes', { body: `"${'x'.repeat(70_000)}"` }, 413, 'body_too_large'],
])('%s is refused with its own code', async (_, init, status, code) => {
  const call = serve(async ({ json: read }) => json(200, await read()));
  const answer = await call(init);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ status, code, type: `urn:valerix:error:${code}` });
  expect(answer.headers['content-type']).toBe('application/problem+json');
});

test('an error of the catalogue becomes its problem document, with its facts and the trace id', async () => {
  const call = serve(async () => {
    throw new RequestError('insufficient_stock', { orderId: 'o', availableStock: 2 });
  });
  const answer = await call({ body: '{}' });
  expect(answer.body).toMatchObject({ status: 409, code: 'insufficient_stock', orderId: 'o', availableStock: 2 });
  expect(answer.body.traceId).toMatch(/^[0-9a-f]{32}$/);
});

test('a database that is away is a 503 with Retry-After', async () => {
  const call = serve(async () => {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1'), { code: 'ECONNREFUSED' });
  });
  const answer = await call({ body: '{}' });
  expect(answer.status).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  // A page of another origin reads the document and not the header.
  expect(answer.body.retryAfterSeconds).toBe(Number(answer.headers['retry-after']));
  expect(JSON.stringify(answer.body)).not.toContain('10.0.0.1');
  expect(await metrics.text()).toMatch(/database_errors_total(\{.*\})? 1/);
});

test('an unexpected error tells the client nothing of the inside and the log everything', async () => {
  const call = serve(async () => {
    throw new Error('secret detail');
  });
  const answer = await call({ body: '{}' });
  expect(answer.status).toBe(500);
  expect(JSON.stringify(answer.body)).not.toContain('secret');
  expect(lines.join()).toContain('secret detail');
});

test('a wrong method is 405 with the right ones, an unknown address 404', async () => {
  const call = serve(async () => json(200, {}));
  const wrongMethod = await call({ name: 'zz-fallback', method: 'DELETE', path: '/api/orders/7' });
  expect(wrongMethod).toMatchObject({ status: 405, headers: { allow: 'POST' }, body: { code: 'method_not_allowed' } });
  const unknown = await call({ name: 'zz-fallback', method: 'GET', path: '/nowhere' });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
});

test('each request is measured by operation and status', async () => {
  const call = serve(async () => json(200, {}));
  await call({ body: '{}' });
  const text = await metrics.text();
  expect(text).toMatch(/http_request_duration_seconds_count\{[^}]*operation="orders-create"[^}]*status="200"[^}]*\} 1/);
});

test('a request is a span that tells its route and status, and lines that are logged meanwhile name its trace', async () => {
  const recorded = recordSpans();
  const call = serve(async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  });
  const answer = await call({ body: '{}' });
  expect(recorded.spans()).toMatchObject([
    {
      name: 'POST /api/orders/{orderId}',
      kind: 'server',
      failed: true,
      attributes: { 'http.route': '/api/orders/{orderId}', 'http.response.status_code': 503 },
    },
  ]);
  const [line] = lines.map((each) => JSON.parse(each));
  expect(line).toMatchObject({ event: 'request_failed', traceId: answer.body.traceId });
  expect(answer.headers.traceparent).toContain(answer.body.traceId);
});

test('each answer is told with its duration, whether it changes something, and why it failed', async () => {
  const outcomes = [
    () => Promise.resolve(json(201, {})),
    () => Promise.reject(new RequestError('invalid_request')),
    () => Promise.reject(new RequestError('order_not_recorded')),
    () => Promise.reject(new Error('a bug')),
    () => Promise.resolve(json(502, {})),
  ];
  const call = serve(() => (outcomes.shift() ?? (() => Promise.resolve(json(200, {}))))());
  while (outcomes.length > 0) await call({});
  await call({ method: 'GET' });
  const told = finished.map(({ operation, isChange, failure }) => `${operation} ${isChange} ${failure}`);
  expect(told).toEqual([
    'orders-create true undefined',
    'orders-create true undefined',
    'orders-create true order_not_recorded',
    'orders-create true internal_error',
    'orders-create true http_502',
    'orders-create false undefined',
  ]);
  expect(finished.every(({ durationMs }) => durationMs >= 0 && durationMs < 10_000)).toBe(true);
});

test('what says nothing about the work is not told: polls of machines and operators, wrong addresses, refusals', async () => {
  const http = makeHttpApp({
    register: (name, options) => registered.set(name, options),
    logger: makeLogger('test', 'error', () => {}),
    metrics,
    onFinished: (request) => finished.push(request),
  });
  const answers = async () => json(503, {});
  for (const route of ['health', 'metrics', 'api/openapi.json', 'api/ops/alerts', 'api/ops/dead-letters/{id}']) {
    http.endpoint(route, { methods: ['GET'], route, handler: answers });
  }
  http.endpoint('orders-create', {
    methods: ['POST'],
    route: 'api/orders',
    handler: () => Promise.reject(new RequestError('too_many_requests')),
  });
  http.fallback();
  for (const { handler } of registered.values()) {
    await handler(new HttpRequest({ method: 'GET', url: 'http://localhost/nowhere' }), new InvocationContext());
  }
  expect(registered.size).toBe(7);
  expect(finished).toEqual([]);
});
