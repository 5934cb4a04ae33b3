import { type ChaosSettings, chaosChange, chaosDefaults } from '@valerix/contracts/chaos-api';
import { type ChaosSwitch, makeChaosSwitch } from '@valerix/inventory/chaos-switch';
import { type Inventory, startInventory } from '@valerix/inventory/inventory.fixture';
import { makeLogger } from '@valerix/platform/logger';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type FollowedSwitch, followSwitch } from './follow-switch.ts';

let inventory: Inventory;
let chaosSwitch: ChaosSwitch;
beforeAll(async () => {
  inventory = await startInventory('follow_switch');
  chaosSwitch = makeChaosSwitch(inventory);
});
afterAll(() => inventory.stop());

const set = (body: unknown) => chaosSwitch.set(chaosChange.parse(body));
const delaysOf = ({ drawFate }: FollowedSwitch, calls: number) =>
  Array.from({ length: calls }, () => drawFate().delayMs);
const everySecond: ChaosSettings['gremlin'] = {
  ...chaosDefaults.gremlin,
  mode: 'every-nth',
  everyNth: 2,
  delayMs: 7,
};
const random = { mode: 'random', minDelayMs: 0, maxDelayMs: 60_000 };

/** A host's follower whose clock stands until the test moves it; its database can be taken away. */
async function follow(environment: ChaosSettings = chaosDefaults) {
  const world = { now: 0, isAway: false };
  const away = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
  const reached: ChaosSwitch = {
    ...chaosSwitch,
    read: () => (world.isAway ? away() : chaosSwitch.read()),
    expire: () => (world.isAway ? away() : chaosSwitch.expire()),
  };
  const logger = makeLogger('test', 'error', () => {});
  const followed = followSwitch({ chaosSwitch: reached, environment, logger, now: () => world.now });
  onTestFinished(() => followed.stop());
  await followed.look();
  return { followed, world, look: followed.look };
}

// In the order of what happens to one database: nobody has set anything before the first test.
it('does what the environment says, and makes it known, until an operator sets something', async () => {
  const { followed, look } = await follow({ ...chaosDefaults, gremlin: everySecond });
  expect(delaysOf(followed, 4)).toEqual([0, 7, 0, 7]);
  expect((await chaosSwitch.read()).settings.gremlin).toEqual(everySecond);
  await set({ gremlin: { mode: 'off' } });
  await look();
  expect(delaysOf(followed, 4)).toEqual([0, 0, 0, 0]);
});

it('repeats a sequence from its beginning when the same is set with the same seed, in every host', async () => {
  const hosts = await Promise.all([follow(), follow()]);
  const sequence = async (seed: number) => {
    await set({ gremlin: random, seed });
    await Promise.all(hosts.map(({ look }) => look()));
    const [one, other] = hosts.map(({ followed }) => delaysOf(followed, 20));
    expect(one).toEqual(other);
    return one;
  };
  const first = await sequence(42);
  expect(new Set(first).size).toBeGreaterThan(10);
  expect(await sequence(42)).toEqual(first);
  expect(await sequence(43)).not.toEqual(first);
});

it('counts every Nth call anew from each switch, and not from looks between them', async () => {
  const { followed, look } = await follow();
  await set({ gremlin: everySecond });
  await look();
  expect(delaysOf(followed, 1)).toEqual([0]);
  await look();
  expect(delaysOf(followed, 2)).toEqual([7, 0]);
  await set({ gremlin: everySecond });
  await look();
  expect(delaysOf(followed, 2)).toEqual([0, 7]);
});

it('keeps the last setting while the database is away, and ends it in time all the same', async () => {
  await set({ gremlin: { ...everySecond, everyNth: 1 }, expiresInSeconds: 60 });
  const { followed, world, look } = await follow();
  expect(delaysOf(followed, 2)).toEqual([7, 7]);
  world.isAway = true;
  world.now = 59_000;
  await look();
  expect(delaysOf(followed, 2)).toEqual([7, 7]);
  world.now = 60_000;
  expect(delaysOf(followed, 2)).toEqual([0, 0]);
});

it('goes back to its environment after an expiry, and has the expiry recorded', async () => {
  const { followed, look } = await follow({ ...chaosDefaults, gremlin: everySecond });
  await set({ gremlin: { mode: 'off' }, expiresInSeconds: 60 });
  await look();
  expect(delaysOf(followed, 2)).toEqual([0, 0]);
  await inventory.database.transaction(async (run) => {
    await run('ALTER TABLE chaos_switches DISABLE TRIGGER USER');
    await run('UPDATE chaos_switches SET expires_at = now() WHERE expires_at IS NOT NULL');
    await run('ALTER TABLE chaos_switches ENABLE TRIGGER USER');
  });
  await look();
  expect(delaysOf(followed, 2)).toEqual([0, 7]);
  const [last] = await inventory.database.query('SELECT cause FROM chaos_switches ORDER BY revision DESC LIMIT 1');
  expect(last).toEqual({ cause: 'expiry' });
});
