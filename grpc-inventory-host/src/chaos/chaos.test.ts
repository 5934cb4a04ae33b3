import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { type Inventory, startInventory } from '@valerix/inventory/inventory.fixture';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureOf, reserve, startTestHost } from '../host.fixture.ts';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory('grpc_chaos');
});
afterAll(() => inventory.stop());

describe('faults on purpose, after the commit', () => {
  it.each([
    ['error', status.INTERNAL],
    ['drop', status.UNAVAILABLE],
  ])('%s: the caller gets no answer, yet the reservation stands', async (fault, code) => {
    const { client, host } = await startTestHost(inventory, {
      SCHRODINGER_MODE: 'true',
      SCHRODINGER_EVERY_NTH: '1',
      SCHRODINGER_FAULT: fault,
    });
    const productId = await inventory.product(10);
    const orderId = randomUUID();
    const error = await failureOf(reserve(client, { orderId, productId, quantity: 4 }));
    expect(error.code).toBe(code);
    expect(await inventory.stockOf(productId)).toBe(6);
    expect((await inventory.eventsAbout(orderId)).map(({ eventType }) => eventType)).toEqual(['StockReserved']);
    const metrics = await (await fetch(`http://127.0.0.1:${host.healthPort}/metrics`)).text();
    expect(metrics).toMatch(new RegExp(`crash_simulations_total\\{.*fault="${fault}".*\\} 1`));
  });

  it('exit: the process ends before the answer and before the events are sent', async () => {
    const send = vi.spyOn(inventory.messaging, 'send');
    onTestFinished(() => send.mockRestore());
    let sentBefore = '';
    const { client, exits } = await startTestHost(
      inventory,
      { SCHRODINGER_MODE: 'true', SCHRODINGER_CRASH_PROBABILITY: '1' },
      () => {
        sentBefore = JSON.stringify(send.mock.calls);
      },
    );
    const productId = await inventory.product(10);
    const orderId = randomUUID();
    await failureOf(reserve(client, { orderId, productId, quantity: 4 }));
    expect(exits).toEqual([1]);
    expect(sentBefore).not.toContain(orderId);
    expect(await inventory.stockOf(productId)).toBe(6);
    const announced = await inventory.database.query(
      `SELECT FROM outbox WHERE body @> '{"eventType": "ChaosInjected", "data": {"fault": "exit"}}'`,
    );
    expect(announced).toHaveLength(1);
  });
});
