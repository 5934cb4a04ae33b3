import { buffer } from 'node:stream/consumers';
import { openContainer } from '@valerix/platform/azure/blob-container';
import { DAY } from '@valerix/platform/durations';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Storage, startStorage } from '../../../tests/setup/azurite.ts';
import { openBackup } from './backup-reader.ts';
import { openBackupStores } from './backup-settings.ts';
import { openHttpVault } from './http-vault.ts';
import type { Snapshot } from './snapshot.ts';
import { makeWorld, type World } from './vault.fixture.ts';

let storage: Storage;
let world: World;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(async () => {
  world = await makeWorld(storage);
});
afterEach(() => world.stop());

const accepted = async () => (await world.vaultCalls()).filter((call) => call.accepted);
const idsOf = (snapshots: readonly Snapshot[]) => snapshots.map(({ id }) => id).sort();
const staged = async () => idsOf((await world.stores.staging.list()).snapshots);
const idsIn = async (day: string) => idsOf((await openBackup(world.stores.vault, day)).manifest.snapshots);

test('one call carries every snapshot, is copied to both places, verified, and leaves staging empty', async () => {
  const snapshots = await world.stageBoth();
  const run = await world.instance().run();
  expect(run).toEqual({
    outcome: expect.objectContaining({ kind: 'stored', day: '2026-03-02', snapshots: 2 }),
    faults: [],
  });
  expect(await world.vaultCalls()).toHaveLength(1);
  expect(await staged()).toEqual([]);
  for (const place of [world.stores.vault, ...world.stores.copies]) {
    const backup = await openBackup(place, '2026-03-02');
    expect(idsOf(backup.manifest.snapshots)).toEqual(idsOf(snapshots));
    for (const { id, tables } of backup.manifest.snapshots) {
      for (const { name, bytes } of tables) {
        expect((await buffer(await backup.openFile(id, name))).length).toBe(bytes);
      }
    }
  }
  expect(world.told).toEqual({ lastSuccessAt: '2026-03-02T01:30:00.000Z', trouble: '' });
});

test('later runs of the day call no more, also for new snapshots, which go the next day', async () => {
  await world.stageBoth();
  await world.instance().run();
  const late = await world.stageBoth(world.clock + 60_000);
  world.clock += 3 * 3_600_000;
  expect((await world.instance().run({ asked: true })).outcome).toEqual({ kind: 'spent', day: '2026-03-02' });
  expect(await world.vaultCalls()).toHaveLength(1);
  world.clock = Date.UTC(2026, 2, 3, 1, 30);
  const next = await world.stageBoth();
  expect((await world.instance().run()).outcome).toMatchObject({ kind: 'stored', day: '2026-03-03', snapshots: 4 });
  expect(await idsIn('2026-03-03')).toEqual(idsOf([...late, ...next]));
});

test('ten instances at once make one call', async () => {
  await world.stageBoth();
  const runs = await Promise.all(Array.from({ length: 10 }, () => world.instance().run()));
  expect(runs.filter(({ outcome }) => outcome.kind === 'stored')).toHaveLength(1);
  expect(await world.vaultCalls()).toHaveLength(1);
  world.clock += 3_600_000;
  expect((await world.instance().run()).faults).toEqual([]);
  expect(await staged()).toEqual([]);
});

test('before half past one no call is made unless somebody asks for it', async () => {
  world.clock = Date.UTC(2026, 2, 2, 0, 30);
  await world.stageBoth();
  expect((await world.instance().run()).outcome).toEqual({ kind: 'not_due' });
  expect((await world.instance().run({ asked: true })).outcome).toMatchObject({ kind: 'stored' });
});

test('the call waits until six for a service whose snapshot is missing, and then goes without it', async () => {
  await world.stage('order', world.clock);
  expect((await world.instance().run()).outcome).toEqual({ kind: 'waiting', services: ['inventory'] });
  expect(await world.vaultCalls()).toEqual([]);
  world.clock = Date.UTC(2026, 2, 2, 6, 30);
  expect((await world.instance().run()).outcome).toMatchObject({ kind: 'stored', snapshots: 1 });
});

test('an app that slept at half past one calls when it wakes', async () => {
  await world.stageBoth();
  world.clock = Date.UTC(2026, 2, 2, 23, 30);
  expect((await world.instance().run()).outcome).toMatchObject({ kind: 'stored', day: '2026-03-02' });
});

test('with nothing new the day is not spent', async () => {
  world.clock = Date.UTC(2026, 2, 2, 7, 30);
  expect((await world.instance().run()).outcome).toEqual({ kind: 'nothing_new' });
  await world.stageBoth();
  expect((await world.instance().run()).outcome).toMatchObject({ kind: 'stored' });
});

test.each(['503', '429', 'half-read'] as const)(
  'a vault that fails for three days (%s) gets one call a day, raises the alert, and then one call carries all',
  async (failure) => {
    await world.failing(failure);
    const all: Snapshot[] = [];
    for (let day = 2; day <= 4; day += 1) {
      world.clock = Date.UTC(2026, 2, day, 1, 30);
      all.push(...(await world.stageBoth()));
      expect((await world.instance().run()).outcome).toMatchObject({ kind: 'failed', day: `2026-03-0${day}` });
      world.clock += 3_600_000;
      expect((await world.instance().run()).outcome).toMatchObject({ kind: 'spent' });
      expect(world.told).toEqual({ lastSuccessAt: null, trouble: `The call of 2026-03-0${day} failed.` });
    }
    await world.failing(null);
    world.clock = Date.UTC(2026, 2, 5, 1, 30);
    all.push(...(await world.stageBoth()));
    expect((await world.instance().run()).outcome).toMatchObject({ kind: 'stored', day: '2026-03-05', snapshots: 8 });
    expect(await idsIn('2026-03-05')).toEqual(idsOf(all));
    expect((await world.vaultCalls()).map(({ at }) => at.slice(0, 10))).toEqual([
      '2026-03-02',
      '2026-03-03',
      '2026-03-04',
      '2026-03-05',
    ]);
    expect(world.told?.trouble).toBe('');
  },
);

test('a vault that cannot be reached at all does not cost the day its call', async () => {
  await world.stageBoth();
  await world.failing('away');
  expect((await world.instance().run()).outcome).toMatchObject({ kind: 'failed', day: null });
  expect(world.told?.trouble).toBe('The vault could not be asked.');
  await world.failing(null);
  world.clock += 3_600_000;
  expect((await world.instance().run()).outcome).toMatchObject({ kind: 'stored', day: '2026-03-02' });
  expect(await world.vaultCalls()).toHaveLength(1);
});

test('a vault that stores and never says so has stored', async () => {
  await world.stageBoth();
  await world.failing('store-then-cut');
  expect((await world.instance().run()).outcome).toMatchObject({ kind: 'stored' });
  expect(await staged()).toEqual([]);
});

test('a vault that never answers is given up after the whole time a call has', async () => {
  await world.stageBoth();
  await world.failing('hang');
  const startedAt = performance.now();
  const { outcome } = await world.instance({ callTimeoutMs: 700 }).run();
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('took too long') });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a vault that falls silent is given up long before that', async () => {
  await world.stageBoth();
  await world.failing('hang');
  const vault = openHttpVault(world.vaultUrl, { silenceMs: 300 });
  const { outcome } = await world.instance({ vault }).run();
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('Silent for 300 ms') });
});

test('a failed call that the vault had stored after all is found out, and nothing is sent twice', async () => {
  const snapshots = await world.stageBoth();
  const deaf = { ...world.stores.vault, find: async () => undefined };
  await world.failing('store-then-cut');
  expect((await world.instance({ vault: deaf }).run()).outcome).toMatchObject({ kind: 'failed' });
  await world.failing(null);
  world.clock += DAY;
  const next = await world.stageBoth();
  expect((await world.instance().run()).outcome).toMatchObject({ kind: 'stored', day: '2026-03-03', snapshots: 2 });
  expect(await idsIn('2026-03-02')).toEqual(idsOf(snapshots));
  expect(await idsIn('2026-03-03')).toEqual(idsOf(next));
});

test('a snapshot that is damaged in staging stays behind and does not spoil the call', async () => {
  const [inventory, order] = await world.stageBoth();
  const container = openContainer({ connectionString: storage.connection }, 'backup-staging');
  await container.uploadBlockBlob(`snapshots/order/${order?.id}/first.copy.zst`, 'damaged', 7);
  expect((await world.instance().run()).outcome).toMatchObject({ kind: 'stored', snapshots: 1 });
  expect(await idsIn('2026-03-02')).toEqual([inventory?.id]);
  expect(await staged()).toEqual([order?.id]);
});

test('a place that is away keeps staging full and raises the alert, and is served by a later run', async () => {
  await world.stageBoth();
  const broken = openBackupStores({
    storage: { connectionString: storage.connection },
    copyStorage: { connectionString: storage.copyConnection.replaceAll('devstoreaccount2', 'nobody') },
    vaultUrl: world.vaultUrl,
  });
  const { outcome, faults } = await world.instance({ copies: broken.copies }).run();
  expect(outcome.kind).toBe('stored');
  expect(faults).toEqual(['2026-03-02 in secondary is not verified.']);
  expect(world.told?.trouble).toContain('secondary is not verified');
  expect(await staged()).toHaveLength(2);
  world.clock += 3_600_000;
  expect(await world.instance().run()).toEqual({ outcome: { kind: 'spent', day: '2026-03-02' }, faults: [] });
  expect(await staged()).toEqual([]);
  expect(world.told?.trouble).toBe('');
  expect(await accepted()).toHaveLength(1);
});

test('copies are made from staging when the vault gives back something else than it got', async () => {
  await world.stageBoth();
  const { vault } = world.stores;
  const liar = { ...vault, read: async () => (await import('node:stream')).Readable.from([Buffer.from('rubbish')]) };
  const { faults } = await world.instance({ vault: liar }).run();
  expect(faults).toEqual(['2026-03-02 in vault is not verified.']);
  for (const place of world.stores.copies) {
    expect((await openBackup(place, '2026-03-02')).manifest.snapshots).toHaveLength(2);
  }
  expect(await staged()).toHaveLength(2);
});

test('of 60 days the two copies keep 7 days, 5 weeks and the months; the vault keeps all', async () => {
  for (let day = 0; day < 60; day += 1) {
    world.clock = Date.UTC(2026, 2, 2 + day, 1, 30);
    await world.stage('order', world.clock);
    await world.instance().run({ asked: true });
  }
  const kept = await world.stores.copies[0]?.days();
  expect(kept).toEqual([
    '2026-03-31', // March
    '2026-04-05', // Sundays of the three weeks before
    '2026-04-12',
    '2026-04-19',
    '2026-04-24', // seven days; the last two weeks are among them
    '2026-04-25',
    '2026-04-26',
    '2026-04-27',
    '2026-04-28',
    '2026-04-29',
    '2026-04-30',
  ]);
  expect(await world.stores.copies[1]?.days()).toEqual(kept);
  expect(await world.stores.vault.days()).toHaveLength(60);
  expect(await accepted()).toHaveLength(60);
}, 120_000);

test('operators see days, sizes and places, when the next call is, and what is wrong', async () => {
  await world.stageBoth();
  await world.instance().run();
  const standing = { since: '2026-03-01T00:00:00.000Z', lastSuccessAt: '2026-03-02T01:30:00.000Z', trouble: '' };
  const verifiedAt = '2026-03-02T01:30:00.000Z';
  expect(await world.instance().report(standing)).toEqual({
    state: 'green',
    reason: 'The last backup is 0 hours old.',
    lastSuccessAt: '2026-03-02T01:30:00.000Z',
    nextRunAt: '2026-03-03T01:30:00.000Z',
    backups: [
      {
        day: '2026-03-02',
        at: '2026-03-02T01:30:00.000Z',
        bytes: expect.any(Number),
        copies: ['vault', 'primary', 'secondary'].map((place) => ({ place, verifiedAt })),
      },
    ],
  });
  world.clock += 27 * 3_600_000;
  expect(await world.instance().report(standing)).toMatchObject({
    state: 'red',
    reason: 'The last backup is 27 hours old.',
    nextRunAt: '2026-03-03T05:30:00.000Z',
  });
});
