import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { openContainer } from '@valerix/platform/azure/blob-container';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Storage, startStorage } from '../../../tests/setup/azurite.ts';
import { openBackupStores } from './backup-settings.ts';
import { openBlobVault } from './blob-vault.ts';
import { makeWorld } from './vault.fixture.ts';
import { digestOf } from './vault-call.ts';

let storage: Storage;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.stop());

const archiveOf = async (content: string, day = '2026-03-02') => ({
  day,
  ...(await digestOf(Readable.from([Buffer.from(content)]))),
  open: () => Readable.from([Buffer.from(content)], { objectMode: false }),
});
const soon = () => AbortSignal.timeout(10_000);

test('a container as the vault takes an archive by each name once and never writes over it', async () => {
  const vault = openBlobVault(openContainer({ connectionString: storage.connection }, 'write-once'));
  expect(await vault.find('2026-03-02')).toBeUndefined();
  const first = await archiveOf('the first');
  await vault.store(first, soon());
  await expect(vault.store(await archiveOf('the second'), soon())).rejects.toMatchObject({ failure: 'refused' });
  expect(await vault.find('2026-03-02')).toEqual({ bytes: first.bytes, sha256: first.sha256 });
  expect(await text(await vault.read('2026-03-02'))).toBe('the first');
  expect(await text(await vault.read('2026-03-02', { offset: 4, bytes: 5 }))).toBe('first');
  expect(await vault.days()).toEqual(['2026-03-02']);
});

test('an archive that breaks off in the middle leaves nothing', async () => {
  const vault = openBlobVault(openContainer({ connectionString: storage.connection }, 'broken-off'));
  const broken = async function* () {
    yield Buffer.alloc(20 * 1024 * 1024);
    throw new Error('staging went away');
  };
  const archive = { ...(await archiveOf('x')), open: () => Readable.from(broken(), { objectMode: false }) };
  await expect(vault.store(archive, soon())).rejects.toMatchObject({ failure: 'failed' });
  expect(await vault.days()).toEqual([]);
  await vault.store(await archiveOf('whole'), soon());
  expect(await vault.days()).toEqual(['2026-03-02']);
});

test('without the URL of a vault, the container is the vault, from the call to the copies', async () => {
  const world = await makeWorld(storage);
  try {
    await world.stageBoth();
    const stores = openBackupStores({
      storage: { connectionString: storage.connection },
      copyStorage: { connectionString: storage.copyConnection },
      vaultUrl: undefined,
    });
    expect(await world.instance(stores).run()).toMatchObject({ outcome: { kind: 'stored', snapshots: 2 }, faults: [] });
    expect(await stores.vault.days()).toEqual(['2026-03-02']);
    expect(await world.instance(stores).run()).toMatchObject({ outcome: { kind: 'spent' } });
    expect(await world.vaultCalls()).toEqual([]);
  } finally {
    await world.stop();
  }
});
