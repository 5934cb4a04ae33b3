import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { smokeTest } from './smoke-test.ts';

interface Made {
  /** What each `/health` answers, one after the other; the last one stays. */
  readonly health?: readonly number[];
  /** The states an order goes through, one each time it is asked for. */
  readonly states?: readonly string[];
  readonly placed?: number;
  readonly allowedOrigin?: string;
  readonly connectSrc?: string;
}

/** A system of one server that plays both services and both sites. */
async function startSystem({ health = [200], states = ['confirmed'], placed = 201, ...site }: Made = {}) {
  const healths = [...health];
  const left = [...states];
  const heard: string[] = [];
  const next = <T>(values: T[]): T | undefined => (values.length > 1 ? values.shift() : values[0]);
  const server = createServer((request, response) => {
    const { method, url = '' } = request;
    heard.push(`${method} ${url}`);
    const json = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    if (method === 'OPTIONS') {
      response.writeHead(204, { 'access-control-allow-origin': site.allowedOrigin ?? origin }).end();
    } else if (url === '/health') json(next(healths) ?? 200, {});
    else if (url === '/api/products')
      json(200, {
        products: [
          { productId: 'a', stock: 0 },
          { productId: 'b', stock: 4 },
        ],
      });
    else if (url === '/api/orders') json(placed, { orderId: 'order-1', status: 'pending_verification' });
    else if (url.startsWith('/api/orders/')) json(200, { orderId: 'order-1', status: next(left) });
    else if (url === '/config.json') json(200, { orderUrl: origin, inventoryUrl: origin });
    else {
      const policy = `connect-src 'self' ${site.connectSrc ?? origin}`;
      response.writeHead(200, { 'content-security-policy': policy }).end('<div id="root"></div>');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let clock = 0;
  const said: string[] = [];
  const run = () =>
    smokeTest(
      { orderUrl: origin, inventoryUrl: origin, storefrontUrl: origin, dashboardUrl: origin },
      {
        startMs: 10_000,
        orderMs: 10_000,
        say: (what) => said.push(what),
        now: () => clock,
        pause: async (ms) => {
          clock += ms;
        },
      },
    );
  return { run, heard, said };
}

test('a system that works is waited for, ordered from and looked at, and the order is cancelled again', async () => {
  const { run, heard, said } = await startSystem({ health: [503, 503, 200], states: ['pending', 'confirmed'] });
  await run();
  expect(said).toHaveLength(5);
  expect(heard).toContain('POST /api/orders');
  expect(heard).toContain('POST /api/orders/order-1/cancel');
});

test.each<[string, Made, string]>([
  ['a service that stays unhealthy', { health: [503] }, 'in vain for the Order service to be healthy'],
  ['an order that is refused', { placed: 503 }, 'An order was answered 503'],
  ['an order that is not confirmed', { states: ['failed'] }, 'in vain for order order-1 to be confirmed'],
  ['a page that may not connect to the services', { connectSrc: 'https://other' }, 'may not connect to'],
  ['a service that does not know the site', { allowedOrigin: 'https://other' }, 'CORS'],
])('%s fails the test', async (_, made, said) => {
  const { run } = await startSystem(made);
  await expect(run()).rejects.toThrow(said);
});
