import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openContainer } from '@valerix/platform/azure/blob-container';
import { openTableClient } from '@valerix/platform/azure/table-client';
import { makeLogger } from '@valerix/platform/logger';
import { makeMetrics } from '@valerix/platform/metrics';
import type { LoggedCall } from '../../../local/backup-vault/src/call-log.ts';
import { type Failure, startVaultServer, type VaultServer } from '../../../local/backup-vault/src/server.ts';
import type { Storage } from '../../../tests/setup/azurite.ts';
import { openBackupStores } from './backup-settings.ts';
import { type BackupsOptions, makeBackups } from './backups.ts';
import { retention } from './retention.ts';
import { SNAPSHOT_FILE, type Snapshot, type SnapshotService, STAGING_CONTAINER, snapshotFolder } from './snapshot.ts';
import { secondOf } from './snapshot-leftovers.ts';

/** A storage account of two, a vault that counts its calls, and one clock for everything. */
export interface World {
  /** Epoch ms. */
  clock: number;
  readonly storage: Storage;
  readonly vaultUrl: string;
  readonly stores: ReturnType<typeof openBackupStores>;
  /** What the last run told those who judge the alerts. */
  told: { lastSuccessAt: string | null; trouble: string } | undefined;
  /** One of several processes; they share nothing but what they store. */
  instance(more?: Partial<BackupsOptions>): ReturnType<typeof makeBackups>;
  /** A whole snapshot in staging, as an export would leave it. */
  stage(service: SnapshotService, at: number, content?: string): Promise<Snapshot>;
  stageBoth(at?: number): Promise<Snapshot[]>;
  failing(failure: Failure | null): Promise<void>;
  /** Every call that ever reached the vault: the witness. */
  vaultCalls(): Promise<LoggedCall[]>;
  restartVault(): Promise<void>;
  stop(): Promise<void>;
}

const CONTAINERS = [STAGING_CONTAINER, 'backup-vault', 'backup-copies'];
let serial = 0;

export async function makeWorld(storage: Storage, begin = Date.UTC(2026, 2, 2, 1, 30)): Promise<World> {
  const main = { connectionString: storage.connection };
  const second = { connectionString: storage.copyConnection };
  for (const account of [main, second]) {
    await Promise.all(CONTAINERS.map((name) => openContainer(account, name).deleteIfExists()));
  }
  await openTableClient(main, 'backupcalls').deleteTable();
  const data = await mkdtemp(join(tmpdir(), 'valerix-vault-'));
  const start = (port: number): Promise<VaultServer> =>
    startVaultServer({ host: '127.0.0.1', port, data, now: () => new Date(world.clock) });
  const staging = openContainer(main, STAGING_CONTAINER);
  await staging.createIfNotExists();

  let server: VaultServer;
  const admin = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${world.vaultUrl}/admin/${path}`, init);
    return answer.json();
  };
  const world: World & { vaultUrl: string; stores: World['stores'] } = {
    clock: begin,
    storage,
    vaultUrl: '',
    told: undefined,
    stores: openBackupStores({ storage: main, copyStorage: second, vaultUrl: 'http://127.0.0.1:1' }),
    instance: (more = {}) =>
      makeBackups({
        ...world.stores,
        retention,
        logger: makeLogger('test', 'error', () => {}),
        metrics: makeMetrics('test'),
        callTimeoutMs: 5_000,
        now: () => world.clock,
        tell: async (news) => {
          world.told = news ?? world.told;
        },
        ...more,
      }),
    async stage(service, at, content = `${service} ${at} ${'x'.repeat(1_000)}`) {
      const bytes = Buffer.from(content);
      const id = `${secondOf(new Date(at))}-${(++serial).toString(16).padStart(6, '0')}`;
      const folder = snapshotFolder(service, id);
      const tables = ['first', 'second'].map((name) => ({
        name,
        file: `${name}.copy.zst`,
        columns: ['id'],
        rows: 1,
        bytes: bytes.length,
        copiedBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }));
      const snapshot: Snapshot = {
        format: 1,
        service,
        id,
        takenAt: new Date(at).toISOString(),
        schema: ['001'],
        tables,
        sequences: [],
      };
      for (const { file } of tables) await staging.uploadBlockBlob(`${folder}${file}`, bytes, bytes.length);
      const text = JSON.stringify(snapshot);
      await staging.uploadBlockBlob(`${folder}${SNAPSHOT_FILE}`, text, text.length);
      return snapshot;
    },
    async stageBoth(at = world.clock - 30 * 60_000) {
      return [await world.stage('inventory', at), await world.stage('order', at)];
    },
    failing: async (failure) => void (await admin('failure', { method: 'PUT', body: JSON.stringify({ failure }) })),
    vaultCalls: () => admin('calls') as Promise<LoggedCall[]>,
    async restartVault() {
      await server.stop();
      server = await start(server.port);
    },
    async stop() {
      await server.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
  server = await start(0);
  world.vaultUrl = `http://127.0.0.1:${server.port}`;
  world.stores = openBackupStores({ storage: main, copyStorage: second, vaultUrl: world.vaultUrl });
  return world;
}
