import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { Reason } from '@valerix/contracts/grpc';
import { type Inventory, startInventory } from '@valerix/inventory/inventory.fixture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, type ReserveFacts, reserve, startTestHost } from './host.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory('grpc_calls');
});
afterAll(() => inventory.stop());

describe('ReserveStock', () => {
  it('reserves one product, and answers a repeat as already processed', async () => {
    const { client } = await startTestHost(inventory);
    const productId = await inventory.product(10);
    const orderId = randomUUID();
    const answer = await reserve(client, { orderId, productId, quantity: 3 });
    expect(answer).toMatchObject({ success: true, remainingStock: 7, alreadyProcessed: false });
    expect(answer.lines).toEqual([
      {
        productId,
        quantity: 3,
        remainingStock: 7,
        stockVersion: 2,
        name: 'Espresso beans',
        unitPriceMinor: 1990,
        currency: 'EUR',
      },
    ]);
    expect(await reserve(client, { orderId, productId, quantity: 3 })).toMatchObject({
      success: true,
      reservationId: answer.reservationId,
      alreadyProcessed: true,
    });
  });

  it('answers a refusal, which is no error', async () => {
    const { client } = await startTestHost(inventory);
    const [beans, cups] = [await inventory.product(10), await inventory.product(1)];
    expect(
      await reserve(client, {
        lines: [
          [beans, 2],
          [cups, 2],
        ],
      }),
    ).toMatchObject({
      success: false,
      reason: Reason.INSUFFICIENT_STOCK,
      refusedProductId: cups,
      remainingStock: 1,
    });
    expect(await reserve(client, { productId: 'nothing', quantity: 1 })).toMatchObject({
      success: false,
      reason: Reason.UNKNOWN_PRODUCT,
      refusedProductId: 'nothing',
    });
  });

  it.each<[ReserveFacts, string]>([
    [{ orderId: 'order-1', productId: 'p', quantity: 1 }, 'order_id must be a UUID'],
    [{ productId: 'p', quantity: 0 }, 'quantity must be at least 1'],
    [{ productId: '', quantity: 1 }, 'product_id must not be empty'],
    [{ productId: 'a\u0000b', quantity: 1 }, 'product_id must not contain control characters'],
    [{ lines: [['p', 101]] }, 'lines[0].quantity must be at most 100'],
    [{ lines: Array.from({ length: 21 }, () => ['p', 1] as const) }, 'lines must be at most 20'],
    [
      { productId: 'p', quantity: 1, lines: [['p', 1]] },
      'product_id must not be set beside lines; quantity must not be set beside lines',
    ],
  ])('calls %j malformed and says why', async (request, message) => {
    const { client } = await startTestHost(inventory);
    const error = await failureOf(reserve(client, request));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: message });
  });

  it('does not begin a call whose deadline has passed', async () => {
    const { client } = await startTestHost(inventory, { GREMLIN_EVERY_NTH: '1', GREMLIN_DELAY_MS: '200' });
    const productId = await inventory.product(10);
    const orderId = randomUUID();
    const error = await failureOf(reserve(client, { orderId, productId, quantity: 1 }, Date.now() + 50));
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
    // The call after it is delayed as long, so the first one has had its turn when this one answers.
    expect(await reserve(client, { productId, quantity: 1 })).toMatchObject({ success: true, remainingStock: 9 });
    expect(await inventory.eventsAbout(orderId)).toEqual([]);
  });

  it('refuses a reservation beyond those that may be under way, and begins nothing for it', async () => {
    const { client } = await startTestHost(inventory, {
      GREMLIN_EVERY_NTH: '1',
      GREMLIN_DELAY_MS: '300',
      GRPC_MAX_IN_FLIGHT: '1',
    });
    const productId = await inventory.product(10);
    const answers = await Promise.allSettled([1, 2].map(() => reserve(client, { productId, quantity: 1 })));
    expect(answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : 'reserved')).sort()).toEqual([
      status.RESOURCE_EXHAUSTED,
      'reserved',
    ]);
    expect(await reserve(client, { productId, quantity: 1 })).toMatchObject({ success: true, remainingStock: 8 });
  });

  it('answers UNAVAILABLE, and nothing of the inside, while the database is away', async () => {
    const { client, host } = await startTestHost(inventory, {
      INVENTORY_DATABASE_URL: 'postgresql://nobody:secret@127.0.0.1:1/nothing',
    });
    const error = await failureOf(reserve(client, { productId: 'p', quantity: 1 }));
    expect(error).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'The inventory cannot be reached right now.',
    });
    const metrics = await (await fetch(`http://127.0.0.1:${host.healthPort}/metrics`)).text();
    expect(metrics).toMatch(/^database_errors_total(\{.*\})? 1$/m);
  });
});

describe('ReleaseStock and CheckStock', () => {
  it('release once, fence, and show the stock', async () => {
    const { client } = await startTestHost(inventory);
    const productId = await inventory.product(10);
    const orderId = randomUUID();
    const release = (id: string) =>
      new Promise((resolve, reject) => {
        client.releaseStock({ orderId: id, reason: '' }, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    const check = (id: string) =>
      new Promise((resolve, reject) => {
        client.checkStock({ productId: id }, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    await reserve(client, { orderId, productId, quantity: 3 });
    expect(await check(productId)).toMatchObject({ found: true, stock: 7, unitPriceMinor: 1990, currency: 'EUR' });
    expect(await release(orderId)).toMatchObject({ success: true, alreadyProcessed: false });
    expect(await release(orderId)).toMatchObject({ success: true, alreadyProcessed: true });
    expect(await check(productId)).toMatchObject({ stock: 10 });
    expect(await check('nothing')).toMatchObject({ found: false, productId: 'nothing' });

    const fenced = randomUUID();
    expect(await release(fenced)).toMatchObject({ success: true });
    expect(await reserve(client, { orderId: fenced, productId, quantity: 1 })).toMatchObject({
      success: false,
      reason: Reason.FENCED,
    });

    const shipped = randomUUID();
    await reserve(client, { orderId: shipped, productId, quantity: 1 });
    await inventory.reservations.ship(shipped);
    expect(await release(shipped)).toMatchObject({ success: false, reason: Reason.SHIPPED });
  });
});
