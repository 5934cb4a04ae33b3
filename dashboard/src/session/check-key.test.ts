import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkKey } from './check-key.ts';

/** A service that knows one key and answers empty pages to it. */
function serve(answer: unknown): Promise<Server> {
  const server = createServer((request, response) => {
    const known = request.headers['x-functions-key'] === 'right';
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ? answer : {}));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const noon = new Date(0).toISOString();

let order: Server;
let inventory: Server;
beforeAll(async () => {
  order = await serve({ orders: [], nextCursor: null });
  const report = { state: 'green', since: noon, evaluatedAt: noon, windowSeconds: 30, rules: [], services: [] };
  inventory = await serve(report);
});
afterAll(() => {
  order.close();
  inventory.close();
});

const config = () => ({ orderUrl: urlOf(order), inventoryUrl: urlOf(inventory) });
const nowhere = 'http://127.0.0.1:9';

test('the right key is accepted, and a wrong one refused', async () => {
  expect(await checkKey(config(), 'right')).toEqual({ kind: 'accepted' });
  expect(await checkKey(config(), 'wrong')).toEqual({ kind: 'refused' });
});

test('a key that no header could carry is refused without a call', async () => {
  expect(await checkKey({ orderUrl: nowhere, inventoryUrl: nowhere }, 'schlüssel\n')).toEqual({ kind: 'refused' });
});

test('with one service away the other decides, with both away nobody does', async () => {
  expect(await checkKey({ ...config(), inventoryUrl: nowhere }, 'right')).toEqual({ kind: 'accepted' });
  expect(await checkKey({ ...config(), inventoryUrl: nowhere }, 'wrong')).toEqual({ kind: 'refused' });
  expect(await checkKey({ orderUrl: nowhere, inventoryUrl: nowhere }, 'right')).toEqual({
    kind: 'undecided',
    message: 'Inventory service does not answer. Order service does not answer.',
  });
});
