import { BlobServiceClient, type ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import type { StorageConnection } from './connection-settings.ts';
import { processIdentity } from './credential.ts';
import { unlessForbidden } from './unless-forbidden.ts';

/** One container of a storage account. Nothing is connected before the first use, and the container need not be there. */
export function openContainer(
  connection: StorageConnection,
  container: string,
  options: StoragePipelineOptions = {},
): ContainerClient {
  return openBlobService(connection, options).getContainerClient(container);
}

/** Makes the container unless it is there; where only the deployment may, as with a table, its word is taken for it. */
export async function ensureContainer(container: ContainerClient, abortSignal?: AbortSignal): Promise<void> {
  await container.createIfNotExists({ ...(abortSignal && { abortSignal }) }).catch(unlessForbidden);
}

function openBlobService(connection: StorageConnection, options: StoragePipelineOptions): BlobServiceClient {
  if ('connectionString' in connection) {
    return BlobServiceClient.fromConnectionString(connection.connectionString, options);
  }
  if (connection.blobServiceUri === undefined)
    throw new TypeError('This storage account was set up without its blobs.');
  return new BlobServiceClient(connection.blobServiceUri, processIdentity, options);
}
