import { openContainer } from '@valerix/platform/azure/blob-container';
import { optionalStorageConnection, type StorageConnection } from '@valerix/platform/azure/connection-settings';
import { openTableClient } from '@valerix/platform/azure/table-client';
import { integer, optionalText } from '@valerix/platform/config';
import { MINUTE, SECOND } from '@valerix/platform/durations';
import { openBlobCopies } from './blob-copies.ts';
import { openBlobVault } from './blob-vault.ts';
import { openCallLedger } from './call-ledger.ts';
import { openHttpVault } from './http-vault.ts';
import { STAGING_CONTAINER } from './snapshot.ts';
import { openStaging } from './staging.ts';

const VAULT_CONTAINER = 'backup-vault';
const COPIES_CONTAINER = 'backup-copies';
const CALLS_TABLE = 'backupcalls';

/** For the configuration of whoever deals with backups, beside its `StorageConnection`. */
export const backupVariables = (env: Readonly<Record<string, string | undefined>>) => ({
  /** A second account, in another region, for the second copy; without it there is one copy. */
  BackupCopyConnection: optionalStorageConnection(env, ['blobServiceUri'], 'BackupCopyConnection'),
  /** The vault as a service; unset, it is a container of the main account. */
  BACKUP_VAULT_URL: optionalText().refine(
    (url) => url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)),
    'must be an http:// or https:// URL',
  ),
  /** Of the one call, in all. The host ends a function after ten minutes. */
  BACKUP_CALL_TIMEOUT_MS: integer(5 * MINUTE, { min: SECOND, max: 9 * MINUTE }),
});

export interface BackupSettings {
  readonly storage: StorageConnection;
  readonly copyStorage: StorageConnection | undefined;
  readonly vaultUrl: string | undefined;
}

/** Everything that backups are made of and kept in. Nothing is connected before the first use. */
export function openBackupStores({ storage, copyStorage, vaultUrl }: BackupSettings) {
  return {
    vault: vaultUrl === undefined ? openBlobVault(openContainer(storage, VAULT_CONTAINER)) : openHttpVault(vaultUrl),
    copies: [
      openBlobCopies('primary', openContainer(storage, COPIES_CONTAINER)),
      ...(copyStorage === undefined ? [] : [openBlobCopies('secondary', openContainer(copyStorage, COPIES_CONTAINER))]),
    ],
    staging: openStaging(openContainer(storage, STAGING_CONTAINER)),
    ledger: openCallLedger(openTableClient(storage, CALLS_TABLE)),
  };
}
