import type { BackupPlace } from '@valerix/backup/backup-place';
import { backupVariables, openBackupStores } from '@valerix/backup/backup-settings';
import { storageConnection } from '@valerix/platform/azure/connection-settings';
import { parseConfig } from '@valerix/platform/config';
import { readEndpoints } from '../../local/endpoints.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where backups lie, in the order in which they are asked: as the settings of the services say, else as a running system does. */
export async function openPlaces(env: Environment, home: string): Promise<BackupPlace[]> {
  const isSet = Object.keys(env).some((name) => /^StorageConnection(__|$)/.test(name) && env[name]);
  const found = isSet ? env : { ...(await settingsOfHome(home)), ...env };
  const { StorageConnection, BackupCopyConnection, BACKUP_VAULT_URL } = parseConfig(
    { StorageConnection: storageConnection(found, ['blobServiceUri', 'tableServiceUri']), ...backupVariables(found) },
    found,
  );
  const { vault, copies } = openBackupStores({
    storage: StorageConnection,
    copyStorage: BackupCopyConnection,
    vaultUrl: BACKUP_VAULT_URL,
  });
  return [vault, ...copies];
}

async function settingsOfHome(home: string): Promise<Environment> {
  const { storage, copyStorage, backupVault } = await readEndpoints(home);
  return {
    StorageConnection: storage,
    BACKUP_VAULT_URL: backupVault,
    ...(copyStorage !== null && { BackupCopyConnection: copyStorage }),
  };
}
