import type { BackupPlace } from '@valerix/backup/backup-place';
import { openBlobCopies } from '@valerix/backup/blob-copies';
import { openBlobVault } from '@valerix/backup/blob-vault';
import { openHttpVault } from '@valerix/backup/http-vault';
import { openContainer } from '@valerix/platform/azure/blob-container';
import { optionalStorageConnection, storageConnection } from '@valerix/platform/azure/connection-settings';
import { optionalText, parseConfig } from '@valerix/platform/config';
import { readEndpoints } from '../../local/endpoints.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const COPIES = 'backup-copies';
const VAULT = 'backup-vault';

/** Where backups lie, in the order in which they are asked for one: as the settings of the services say, else as a running system does. */
export async function openPlaces(env: Environment, home: string): Promise<BackupPlace[]> {
  const isSet = Object.keys(env).some((name) => /^StorageConnection(__|$)/.test(name) && env[name]);
  const found = isSet ? env : { StorageConnection: (await readEndpoints(home)).storage, ...env };
  const { StorageConnection, BackupCopyConnection, BACKUP_VAULT_URL } = parseConfig(
    {
      StorageConnection: storageConnection(found, ['blobServiceUri']),
      BackupCopyConnection: optionalStorageConnection(found, ['blobServiceUri'], 'BackupCopyConnection'),
      BACKUP_VAULT_URL: optionalText(),
    },
    found,
  );
  return [
    BACKUP_VAULT_URL === undefined
      ? openBlobVault(openContainer(StorageConnection, VAULT))
      : openHttpVault(BACKUP_VAULT_URL),
    openBlobCopies('primary', openContainer(StorageConnection, COPIES)),
    ...(BackupCopyConnection === undefined
      ? []
      : [openBlobCopies('secondary', openContainer(BackupCopyConnection, COPIES))]),
  ];
}
