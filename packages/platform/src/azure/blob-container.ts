import { BlobServiceClient, type ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import type { StorageConnection } from './connection-settings.ts';
import { processIdentity } from './credential.ts';

/** One container of a storage account. Nothing is connected before the first use, and the container need not be there. */
export function openContainer(
  connection: StorageConnection,
  container: string,
  options: StoragePipelineOptions = {},
): ContainerClient {
  return openBlobService(connection, options).getContainerClient(container);
}

function openBlobService(connection: StorageConnection, options: StoragePipelineOptions): BlobServiceClient {
  if ('connectionString' in connection) {
    return BlobServiceClient.fromConnectionString(connection.connectionString, options);
  }
  if (connection.blobServiceUri === undefined)
    throw new TypeError('This storage account was set up without its blobs.');
  return new BlobServiceClient(connection.blobServiceUri, processIdentity, options);
}
