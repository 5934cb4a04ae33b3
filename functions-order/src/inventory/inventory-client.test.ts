import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { behaviours, type InventoryServer, startInventoryServer } from '../../testing/inventory-server.ts';
import { type InventoryClient, makeInventoryClient } from './inventory-client.ts';

let server: InventoryServer;
let client: InventoryClient;

beforeEach(async () => {
  server = await startInventoryServer();
  client = makeInventoryClient(server.url);
});
afterEach(() => {
  client.close();
  server.stop();
});

const request = { orderId: 'o-1', productId: 'lamp', quantity: 1, lines: [] };
const soon = (ms = 5_000) => ({ deadline: Date.now() + ms });

describe('the gRPC client', () => {
  test('answers what the server answered', async () => {
    const response = await client.reserveStock(request, soon());
    expect(response).toMatchObject({ success: true, lines: [{ productId: 'lamp', unitPriceMinor: 500 }] });
  });

  test('ends a call at its deadline', async () => {
    server.behave(behaviours.hangs);
    await expect(client.reserveStock(request, soon(50))).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });

  test('ends a call when it is cancelled', async () => {
    server.behave(behaviours.hangs);
    const controller = new AbortController();
    const call = client.reserveStock(request, { ...soon(), signal: controller.signal });
    await expect.poll(() => server.calls.length, { interval: 1 }).toBe(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: status.CANCELLED });
  });

  test('does not send a call that is cancelled already', async () => {
    const call = client.reserveStock(request, { ...soon(), signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: status.CANCELLED });
    expect(server.calls).toHaveLength(0);
  });

  test('says at once that nobody listens, and notices soon that the server is back', async () => {
    const { port } = server;
    await client.reserveStock(request, soon());
    server.stop();
    await expect
      .poll(() =>
        client.reserveStock(request, soon()).then(
          () => 0,
          (error) => error.code,
        ),
      )
      .toBe(status.UNAVAILABLE);
    server = await startInventoryServer(port);
    const back = performance.now();
    await expect
      .poll(
        () =>
          client.reserveStock(request, soon()).then(
            () => true,
            () => false,
          ),
        { interval: 20 },
      )
      .toBe(true);
    // At most a second between attempts; gRPC alone would wait ever longer, up to two minutes.
    expect(performance.now() - back).toBeLessThan(6_000);
  });

  test('reports a connection that breaks under a call as unavailable', async () => {
    const breaking = createServer((socket) => socket.on('data', () => socket.destroy())).listen(0, '127.0.0.1');
    await once(breaking, 'listening');
    const { port } = breaking.address() as AddressInfo;
    const broken = makeInventoryClient(`http://127.0.0.1:${port}`);
    await expect(broken.reserveStock(request, soon())).rejects.toMatchObject({ code: status.UNAVAILABLE });
    broken.close();
    breaking.close();
  });

  test('reports a server that is shut down under a call as cancelled', async () => {
    server.behave(() => server.stop());
    await expect(client.reserveStock(request, soon())).rejects.toMatchObject({ code: status.CANCELLED });
  });
});
