import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type BlockBlobUploadStreamOptions, type ContainerClient, RestError } from '@azure/storage-blob';
import { ensureContainer } from '@valerix/platform/azure/blob-container';
import { archiveName, dayOf } from './archive-names.ts';
import type { ByteRange } from './backup-place.ts';

/** Two of these are in memory at a time; 50,000 of them, the most a blob has, are 390 GB. */
const BLOCK_BYTES = 8 * 1024 * 1024;
const BLOCKS_AT_ONCE = 2;

/** Streams an archive into the container. Nothing is there until the last request of it, which names the blocks. */
export async function uploadArchive(
  container: ContainerClient,
  day: string,
  bytes: Readable,
  options: BlockBlobUploadStreamOptions = {},
): Promise<void> {
  await container.getBlockBlobClient(archiveName(day)).uploadStream(bytes, BLOCK_BYTES, BLOCKS_AT_ONCE, {
    blobHTTPHeaders: { blobContentType: 'application/x-tar' },
    ...options,
  });
}

/** The days of which the container has an archive or a manifest, oldest first. */
export async function listDays(container: ContainerClient, kind: 'tar' | 'json'): Promise<string[]> {
  await ensureContainer(container);
  const days: string[] = [];
  for await (const { name } of container.listBlobsFlat()) {
    const day = dayOf(name, kind);
    if (day !== undefined) days.push(day);
  }
  return days.sort();
}

/** The bytes of a blob, or some of them, streamed; a broken connection is taken up again where it broke. */
export async function downloadBlob(
  container: ContainerClient,
  name: string,
  range?: ByteRange,
  abortSignal?: AbortSignal,
): Promise<Readable> {
  const { readableStreamBody } = await container
    .getBlobClient(name)
    .download(range?.offset, range?.bytes, { maxRetryRequests: 5, ...(abortSignal && { abortSignal }) });
  if (!(readableStreamBody instanceof Readable)) throw new Error(`${name} came without a body.`);
  return readableStreamBody;
}

/** A small blob as text; undefined when it is not there. Throws when it is larger than `maxBytes`. */
export async function readText(
  container: ContainerClient,
  name: string,
  maxBytes: number,
): Promise<string | undefined> {
  try {
    const { contentLength = 0 } = await container.getBlobClient(name).getProperties();
    if (contentLength > maxBytes) throw new RangeError(`${name} has ${contentLength} bytes.`);
    return await text(await downloadBlob(container, name));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** No such blob, or no such container. */
export const isMissing = (error: unknown): boolean => error instanceof RestError && error.statusCode === 404;

/** Create-only writes answer that when somebody was first. */
export const isTaken = (error: unknown): boolean =>
  error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412);
