import { chaosChange, chaosDefaults } from '@valerix/contracts/chaos-api';
import { type EventData, parseEvent } from '@valerix/contracts/events';
import type { Outbox } from '@valerix/platform/outbox';
import { inSpan } from '@valerix/platform/telemetry/spans';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ChaosSwitch, makeChaosSwitch } from './chaos-switch.ts';
import { type Inventory, startInventory } from './inventory.fixture.ts';

let inventory: Inventory;
let chaosSwitch: ChaosSwitch;
beforeAll(async () => {
  inventory = await startInventory('chaos_switch');
  chaosSwitch = makeChaosSwitch(inventory);
});
beforeEach(() => pastTheGuard('TRUNCATE chaos_switches, chaos_environment, outbox'));
afterAll(() => inventory.stop());

const set = (body: unknown) => chaosSwitch.set(chaosChange.parse(body));
/** Every announcement, oldest first; each must be readable. */
async function announced(): Promise<EventData<'ChaosChanged'>[]> {
  const rows = await inventory.database.query<{ body: unknown }>(
    "SELECT body FROM outbox WHERE entity = 'system-metrics' ORDER BY position",
  );
  return rows.map(({ body }) => {
    const parsed = parseEvent(body);
    if (parsed.kind === 'unreadable' || parsed.event.eventType !== 'ChaosChanged') throw new Error('no ChaosChanged');
    return parsed.event.data;
  });
}
/** Does to the record what nobody may, as its owner can. */
async function pastTheGuard(sql: string): Promise<void> {
  await inventory.database.transaction(async (run) => {
    await run('ALTER TABLE chaos_switches DISABLE TRIGGER USER');
    await run(sql);
    await run('ALTER TABLE chaos_switches ENABLE TRIGGER USER');
  });
}
const letItExpire = () => pastTheGuard("UPDATE chaos_switches SET expires_at = now() - interval '1 second'");

it('is off, and says that nobody ever set anything, on a fresh database', async () => {
  expect(await chaosSwitch.read()).toEqual({
    settings: chaosDefaults,
    revision: null,
    expiresAt: null,
    remainingMs: null,
    updatedAt: null,
    isOverdue: false,
  });
});

it('shows what a host reports of its environment, the latest report, until an operator sets something', async () => {
  const slow = { ...chaosDefaults, gremlin: { ...chaosDefaults.gremlin, mode: 'random' as const } };
  await chaosSwitch.reportEnvironment(chaosDefaults);
  await chaosSwitch.reportEnvironment(slow);
  expect(await chaosSwitch.read()).toMatchObject({ settings: slow, revision: null, updatedAt: null });
  const after = await set({ schrodinger: { mode: 'drop' } });
  expect(after.settings.gremlin).toEqual(slow.gremlin);
  await chaosSwitch.reportEnvironment(chaosDefaults);
  expect((await chaosSwitch.read()).settings).toEqual(after.settings);
});

it('leaves the parts alone that a change does not name, the expiry included', async () => {
  const first = await set({
    gremlin: { mode: 'every-nth', everyNth: 3, delayMs: 100 },
    seed: 7,
    expiresInSeconds: 600,
  });
  const second = await set({ schrodinger: { mode: 'error', probability: 0.25 } });
  expect(second).toMatchObject({
    settings: {
      gremlin: first.settings.gremlin,
      schrodinger: { mode: 'error', probability: 0.25, everyNth: 0 },
      seed: 7,
    },
    expiresAt: first.expiresAt,
  });
  expect(second.revision).toBeGreaterThan(Number(first.revision));
  expect(second.remainingMs).toBeLessThanOrEqual(600_000);
  const third = await set({ gremlin: { mode: 'off' }, seed: null, expiresInSeconds: null });
  expect(third).toMatchObject({
    settings: { gremlin: chaosDefaults.gremlin, schrodinger: second.settings.schrodinger, seed: null },
    expiresAt: null,
    remainingMs: null,
  });
  expect(await chaosSwitch.read()).toEqual(third);
});

it('loses no change of two operators who switch at the same moment', async () => {
  await Promise.all([
    set({ gremlin: { mode: 'random' } }),
    set({ schrodinger: { mode: 'exit' } }),
    set({ seed: 5 }),
    set({ expiresInSeconds: 60 }),
  ]);
  const state = await chaosSwitch.read();
  expect(state.settings).toMatchObject({ gremlin: { mode: 'random' }, schrodinger: { mode: 'exit' }, seed: 5 });
  expect(state.remainingMs).toBeGreaterThan(0);
});

it('announces each switch with what is in force then, and sends it at once', async () => {
  const sent: unknown[] = [];
  const publish: Outbox['publish'] = async (rows) => void sent.push(...rows.map(({ body }) => body.data));
  const own = makeChaosSwitch({ database: inventory.database, outbox: { ...inventory.outbox, publish } });
  const { settings, expiresAt, updatedAt } = await own.set(
    chaosChange.parse({ gremlin: { mode: 'random' }, expiresInSeconds: 60 }),
  );
  expect(await announced()).toEqual([{ ...settings, cause: 'operator', expiresAt, updatedAt }]);
  expect(sent).toEqual(await announced());
});

it('announces a switch in the trace of the request that asked for it', async () => {
  const traceparent = await inSpan('PUT chaos', { parent: null }, async (span) => {
    await set({ seed: 1 });
    return span.traceparent;
  });
  expect(await inventory.database.query('SELECT traceparent FROM outbox')).toEqual([{ traceparent }]);
});

it('goes back to the environment when a setting expires, which is recorded and announced once', async () => {
  await set({ gremlin: { mode: 'random' }, seed: 9, expiresInSeconds: 60 });
  await letItExpire();
  const expired = await chaosSwitch.read();
  expect(expired).toMatchObject({ settings: chaosDefaults, revision: null, expiresAt: null, isOverdue: true });
  await Promise.all([chaosSwitch.expire(), chaosSwitch.expire(), chaosSwitch.expire()]);
  expect(await chaosSwitch.read()).toMatchObject({ settings: chaosDefaults, isOverdue: false });
  expect((await announced()).map(({ cause, gremlin }) => `${cause} ${gremlin.mode}`)).toEqual([
    'operator random',
    'expiry off',
  ]);
  // What comes after builds on the environment, not on what is over.
  expect((await set({ schrodinger: { mode: 'drop' } })).settings).toMatchObject({
    gremlin: { mode: 'off' },
    seed: null,
  });
});

it('expires nothing whose time is not over', async () => {
  await set({ gremlin: { mode: 'random' }, expiresInSeconds: 60 });
  await chaosSwitch.expire();
  expect((await chaosSwitch.read()).settings.gremlin.mode).toBe('random');
  expect(await announced()).toHaveLength(1);
});

it('keeps every switch on record, in order, and lets nobody change the record', async () => {
  await set({ gremlin: { mode: 'random' } });
  await set({ gremlin: { mode: 'off' } });
  const record = await inventory.database.query(
    "SELECT cause, settings #>> '{gremlin,mode}' AS gremlin FROM chaos_switches ORDER BY revision",
  );
  expect(record).toEqual([
    { cause: 'operator', gremlin: 'random' },
    { cause: 'operator', gremlin: 'off' },
  ]);
  for (const sql of [
    'UPDATE chaos_switches SET updated_at = now()',
    'DELETE FROM chaos_switches',
    'TRUNCATE chaos_switches',
  ]) {
    await expect(inventory.database.query(sql)).rejects.toThrow('append-only');
  }
});

it.each([
  ['a minimum above the maximum', { gremlin: { ...chaosDefaults.gremlin, minDelayMs: 5_001 } }],
  ['every 0th call', { gremlin: { ...chaosDefaults.gremlin, everyNth: 0 } }],
  ['no mode', { gremlin: { ...chaosDefaults.gremlin, mode: undefined } }],
  ['a probability above 1', { schrodinger: { ...chaosDefaults.schrodinger, probability: 1.1 } }],
  ['another fault', { schrodinger: { ...chaosDefaults.schrodinger, mode: 'sulk' } }],
])('the database itself refuses %s', async (_, part) => {
  const settings = JSON.stringify({ ...chaosDefaults, ...part });
  await expect(
    inventory.database.query("INSERT INTO chaos_switches (cause, settings) VALUES ('operator', $1)", [settings]),
  ).rejects.toThrow('chaos_switches_');
});
