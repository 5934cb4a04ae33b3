import type { Readable } from 'node:stream';
import type { ContainerClient } from '@azure/storage-blob';
import { ensureContainer } from '@valerix/platform/azure/blob-container';
import { archiveName, manifestName } from './archive-names.ts';
import type { BackupPlace } from './backup-place.ts';
import { downloadBlob, listDays, readText, uploadArchive } from './blobs.ts';
import { MAX_MANIFEST_BYTES, type Manifest, manifest, type PlaceName } from './manifest.ts';

/** A place that copies are brought to, and taken from when newer ones have their turn. */
export interface CopyPlace extends BackupPlace {
  /** Writes over what is there. It is no copy before `seal` was called. */
  write(day: string, bytes: Readable, signal: AbortSignal): Promise<void>;
  /** Puts the manifest beside an archive that has been read back. */
  seal(manifest: Manifest): Promise<void>;
  remove(day: string): Promise<void>;
}

/** Copies in a blob container: an archive and, written once it was verified, its manifest. */
export function openBlobCopies(name: PlaceName, container: ContainerClient): CopyPlace {
  const remove = async (blobName: string) => {
    await container.getBlobClient(blobName).deleteIfExists();
  };
  return {
    name,
    days: () => listDays(container, 'json'),
    async find(day) {
      const text = await readText(container, manifestName(day), MAX_MANIFEST_BYTES);
      if (text === undefined) return undefined;
      const { bytes, sha256 } = manifest.parse(JSON.parse(text));
      return { bytes, sha256 };
    },
    read: (day, range, signal) => downloadBlob(container, archiveName(day), range, signal),
    async write(day, bytes, abortSignal) {
      await ensureContainer(container);
      await remove(manifestName(day));
      await uploadArchive(container, day, bytes, { abortSignal });
    },
    async seal(sealed) {
      const text = `${JSON.stringify(sealed, null, 2)}\n`;
      await container.getBlockBlobClient(manifestName(sealed.day)).upload(text, Buffer.byteLength(text), {
        blobHTTPHeaders: { blobContentType: 'application/json' },
      });
    },
    async remove(day) {
      await remove(manifestName(day));
      await remove(archiveName(day));
    },
  };
}
