import { openContainer } from '@valerix/platform/azure/blob-container';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Storage, startStorage } from '../../../tests/setup/azurite.ts';
import { openBackup } from './backup-reader.ts';
import { makeWorld, type World } from './vault.fixture.ts';
import { verifyBackup } from './verify-backup.ts';

const DAY = '2026-03-02';
let storage: Storage;
let world: World;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());
beforeEach(async () => {
  world = await makeWorld(storage);
  await world.stageBoth();
  await world.instance().run();
});
afterEach(() => world.stop());

/** Changes bytes of the first copy behind everybody's back. */
async function damage(change: (archive: Buffer) => Buffer) {
  const blob = openContainer({ connectionString: storage.connection }, 'backup-copies').getBlockBlobClient(
    `${DAY}.tar`,
  );
  const changed = change(await blob.downloadToBuffer());
  await blob.upload(changed, changed.length);
}
const places = () => [world.stores.vault, ...world.stores.copies];
const verdicts = async () => Promise.all(places().map((place) => verifyBackup(place, DAY)));

test('three intact archives are intact', async () => {
  const { bytes } = (await openBackup(world.stores.vault, DAY)).manifest;
  expect(await verdicts()).toEqual(
    ['vault', 'primary', 'secondary'].map((place) => ({ place, day: DAY, bytes, damaged: [] })),
  );
});

test('one changed byte in one copy is found, with the table it is in; the others are as they were', async () => {
  const [, order] = (await openBackup(world.stores.vault, DAY)).manifest.snapshots;
  const table = order?.tables[1];
  await damage((archive) => archive.fill(0xff, table?.offset, (table?.offset ?? 0) + 1));
  expect((await verdicts()).map(({ damaged }) => damaged)).toEqual([
    [],
    [`${order?.service}/${order?.id}/second.copy.zst`],
    [],
  ]);
});

test.each([
  [
    'the manifest',
    (archive: Buffer) => archive.fill(0xff, 600, 601),
    'The manifest of 2026-03-02 in primary is damaged.',
  ],
  ['the padding', (archive: Buffer) => archive.fill(0xff, archive.length - 1), 'what is between the tables'],
])('a byte changed in %s is found', async (_, change, words) => {
  await damage(change);
  expect((await verdicts())[1]?.damaged).toEqual([words]);
});

test('a copy that ends early is damaged from there on', async () => {
  await damage((archive) => archive.subarray(0, archive.length / 2));
  expect((await verdicts())[1]?.damaged).not.toEqual([]);
});
