import { status } from '@grpc/grpc-js';
import { chaosChange } from '@valerix/contracts/chaos-api';
import type { InventoryServiceClient } from '@valerix/contracts/grpc';
import { type ChaosSwitch, makeChaosSwitch } from '@valerix/inventory/chaos-switch';
import { type Inventory, startInventory } from '@valerix/inventory/inventory.fixture';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { reserve, startTestHost } from '../host.fixture.ts';

let inventory: Inventory;
let chaosSwitch: ChaosSwitch;
let productId: string;
beforeAll(async () => {
  inventory = await startInventory('switched_host');
  chaosSwitch = makeChaosSwitch(inventory);
  productId = await inventory.product(10_000);
});
afterEach(() => set({ gremlin: { mode: 'off' }, schrodinger: { mode: 'off' }, seed: null, expiresInSeconds: null }));
afterAll(() => inventory.stop());

const set = (body: unknown) => chaosSwitch.set(chaosChange.parse(body));
/** What a ReserveStock call ends with: OK, or the code of its error. */
const outcomeOf = (client: InventoryServiceClient): Promise<string | undefined> =>
  reserve(client, { productId, quantity: 1 }).then(
    () => 'OK',
    (error: { code: status }) => status[error.code],
  );
const outcomes = async (client: InventoryServiceClient, calls: number) => {
  const seen: unknown[] = [];
  for (let n = 0; n < calls; n++) seen.push(await outcomeOf(client));
  return seen;
};
/** Calls until one ends with `outcome`; every call that begins after `withinMs` has to. */
async function follows(client: InventoryServiceClient, outcome: string, withinMs = 1_000): Promise<void> {
  const switchedAt = performance.now();
  for (;;) {
    const calledAt = performance.now();
    if ((await outcomeOf(client)) === outcome) return;
    expect(calledAt - switchedAt).toBeLessThan(withinMs);
  }
}

it('follows a switch within a second, and a second host as well', async () => {
  const [one, other] = [await startTestHost(inventory), await startTestHost(inventory)];
  expect(await outcomeOf(one.client)).toBe('OK');
  await set({ schrodinger: { mode: 'error', probability: 1 } });
  await Promise.all([follows(one.client, 'INTERNAL'), follows(other.client, 'INTERNAL')]);
  await set({ schrodinger: { mode: 'off' } });
  await Promise.all([follows(one.client, 'OK'), follows(other.client, 'OK')]);
});

it('ends a setting by itself when its time is over, and announces that', async () => {
  const { client } = await startTestHost(inventory);
  await set({ schrodinger: { mode: 'error', probability: 1 }, expiresInSeconds: 1 });
  await follows(client, 'INTERNAL');
  await follows(client, 'OK', 2_000);
  await vi.waitFor(
    async () =>
      expect(
        await inventory.database.query(
          `SELECT FROM outbox WHERE body @> '{"eventType": "ChaosChanged", "data": {"cause": "expiry"}}'`,
        ),
      ).toHaveLength(1),
    { timeout: 15_000 },
  );
  expect((await chaosSwitch.read()).settings.schrodinger.mode).toBe('off');
});

it('repeats what it did when the same is set with the same seed', async () => {
  const { client, log } = await startTestHost(inventory);
  const run = async () => {
    const { revision } = await set({ schrodinger: { mode: 'error', probability: 0.5 }, seed: 1_234 });
    const isFollowed = () => log.some((line) => line.includes(`"revision":${revision},`));
    await vi.waitFor(() => expect(isFollowed()).toBe(true), { timeout: 15_000, interval: 20 });
    return outcomes(client, 12);
  };
  const first = await run();
  expect(new Set(first)).toEqual(new Set(['OK', 'INTERNAL']));
  expect(await run()).toEqual(first);
});

it('announces a flood of faults by few events, whose counts add up', async () => {
  const { client, host } = await startTestHost(inventory);
  await set({ schrodinger: { mode: 'error', probability: 1 } });
  await follows(client, 'INTERNAL');
  await inventory.database.query('TRUNCATE outbox');
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 500 }, () => outcomeOf(client)));
  const seconds = (performance.now() - startedAt) / 1_000;
  // What is not told yet is told when it stops.
  await host.stop();
  const [told] = await inventory.database.query<{ events: number; faults: number }>(
    `SELECT count(*) AS events, sum((body #>> '{data,count}')::int)::int AS faults FROM outbox
     WHERE event_type = 'ChaosInjected' AND body #>> '{data,fault}' = 'error'`,
  );
  expect(told?.faults).toBeGreaterThanOrEqual(500);
  // The one that made sure of the switch may be told late.
  expect(told?.faults).toBeLessThanOrEqual(501);
  expect(told?.events).toBeLessThanOrEqual(seconds + 3);
});

it('ignores every switch where faults are not allowed', async () => {
  await set({ schrodinger: { mode: 'error', probability: 1 } });
  const { client } = await startTestHost(inventory, { CHAOS_ALLOWED: 'false' });
  const allowed = await startTestHost(inventory);
  await follows(allowed.client, 'INTERNAL');
  expect(await outcomes(client, 3)).toEqual(['OK', 'OK', 'OK']);
});
