import { readFile } from 'node:fs/promises';
import { openBackupStores } from '@valerix/backup/backup-settings';
import { makeBackups } from '@valerix/backup/backups';
import { retention } from '@valerix/backup/retention';
import { makeLogger } from '@valerix/platform/logger';
import { makeMetrics } from '@valerix/platform/metrics';
import { azuriteCopyConnection } from '../../local/azurite.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import { homeAt } from '../../local/home.ts';
import { planPorts } from '../../local/ports.ts';
import { request } from '../system/shop.ts';
import { until } from '../system/until.ts';

/** The variables by which the restore finds the backups of a system. */
export const storageSettings = (endpoints: Endpoints, portBase: number, vaultUrl: string) => ({
  StorageConnection: endpoints.storage,
  BackupCopyConnection: azuriteCopyConnection(planPorts(portBase)),
  BACKUP_VAULT_URL: vaultUrl,
});

export const storesOf = (settings: ReturnType<typeof storageSettings>) =>
  openBackupStores({
    storage: { connectionString: settings.StorageConnection },
    copyStorage: { connectionString: settings.BackupCopyConnection },
    vaultUrl: settings.BACKUP_VAULT_URL,
  });

/** Has both deployed apps run their export now, at once, and waits for the snapshots. */
export async function exportBoth(
  endpoints: Endpoints,
  home: string,
  stores: ReturnType<typeof storesOf>,
): Promise<void> {
  const { masterKey } = JSON.parse(await readFile(homeAt(home).functionKeys, 'utf8')) as { masterKey: string };
  const headers = { 'x-functions-key': masterKey, 'content-type': 'application/json' };
  const begin = (app: string) =>
    request(`${app}/admin/functions/snapshot-export`, { method: 'POST', headers, body: '{}' });
  const answers = await Promise.all([endpoints.order, endpoints.inventory].map(begin));
  if (answers.some(({ status }) => status !== 202)) throw new Error('An app did not take the order to export.');
  await until('both snapshots', async () => (await stores.staging.list()).snapshots.length === 2);
}

/** The day's call and its copies; answers the day. Throws unless all of it succeeded. */
export async function preserve(stores: ReturnType<typeof storesOf>): Promise<string> {
  const backups = makeBackups({
    ...stores,
    retention,
    logger: makeLogger('drill', 'error', console.error),
    metrics: makeMetrics('drill'),
    callTimeoutMs: 60_000,
    now: Date.now,
    tell: async () => {},
  });
  const { outcome, faults } = await backups.run({ asked: true });
  if (outcome.kind !== 'stored' || faults.length > 0) {
    throw new Error(`The backup was not stored: ${JSON.stringify({ outcome, faults })}`);
  }
  const again = await backups.run({ asked: true });
  if (again.outcome.kind !== 'spent') throw new Error(`The vault was called twice: ${JSON.stringify(again.outcome)}`);
  return outcome.day;
}
