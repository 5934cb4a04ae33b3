import type { ContainerClient } from '@azure/storage-blob';
import { ensureContainer } from '@valerix/platform/azure/blob-container';
import { archiveName } from './archive-names.ts';
import { downloadBlob, isMissing, isTaken, listDays, uploadArchive } from './blobs.ts';
import { archiveSeal } from './manifest.ts';
import { type Vault, VaultFailed } from './vault.ts';

/**
 * A blob container as the vault. Its immutability policy, set where the container is deployed, keeps what is in it from
 * being changed or removed; here it is only ever created, and only once by each name.
 */
export function openBlobVault(container: ContainerClient): Vault {
  const blob = (day: string) => container.getBlockBlobClient(archiveName(day));
  return {
    name: 'vault',
    days: () => listDays(container, 'tar'),
    async find(day) {
      try {
        const { contentLength, metadata } = await blob(day).getProperties();
        return archiveSeal.parse({ bytes: contentLength, sha256: metadata?.sha256 });
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    read: (day, range, signal) => downloadBlob(container, archiveName(day), range, signal),
    async store({ day, sha256, open }, abortSignal) {
      const body = open();
      try {
        await ensureContainer(container, abortSignal);
        await uploadArchive(container, day, body, {
          metadata: { sha256 },
          conditions: { ifNoneMatch: '*' },
          abortSignal,
        });
      } catch (cause) {
        if (isTaken(cause)) throw new VaultFailed('refused', `The vault has an archive of ${day} already.`, { cause });
        if (abortSignal.aborted) throw new VaultFailed('timed_out', 'The vault took too long.', { cause });
        throw new VaultFailed('failed', 'The vault could not be written to.', { cause });
      } finally {
        body.destroy();
      }
    },
  };
}
