import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { PassThrough, type Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { SECOND } from '@valerix/platform/durations';
import { z } from 'zod';
import { type ArchiveSeal, archiveSeal } from './manifest.ts';
import { type Archive, type Vault, VaultFailed } from './vault.ts';

/** A vault that neither takes nor gives a byte for that long is away, however much time the whole call has. */
const SILENCE_MS = 30 * SECOND;
const HTTP_NOT_FOUND = 404;
const HTTP_TOO_MANY = 429;
const listing = z.array(z.object({ day: z.iso.date() }));

export interface HttpVaultOptions {
  readonly silenceMs?: number;
}

/** The vault as a service: `PUT /archives/<day>` is the call that counts; what it holds is read by GET and HEAD. */
export function openHttpVault(url: string, { silenceMs = SILENCE_MS }: HttpVaultOptions = {}): Vault {
  const begin = (path: string, options: RequestOptions) => {
    const target = new URL(path, url.endsWith('/') ? url : `${url}/`);
    // A connection of its own: one that was kept from earlier may be closed at the other end, and would cost the day's call.
    const settings = { ...options, agent: false, timeout: silenceMs };
    return (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, settings);
  };
  const send = async (path: string, options: RequestOptions, body?: Readable): Promise<IncomingMessage> => {
    const request = begin(path, options);
    request.once('timeout', () => request.destroy(new VaultFailed('timed_out', `Silent for ${silenceMs} ms.`)));
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', reject);
    });
    // An answer that comes before the whole body was sent is an answer; the rest of the body is not wanted then.
    const sent = body === undefined ? undefined : pipeline(body, request);
    if (sent === undefined) request.end();
    try {
      return await Promise.race([answer, ...(sent === undefined ? [] : [sent.then(() => answer)])]);
    } finally {
      sent?.catch(() => undefined);
      answer.catch(() => undefined);
    }
  };
  const look = async (path: string, options: RequestOptions): Promise<IncomingMessage | undefined> => {
    const answer = await send(path, options);
    if (answer.statusCode === 200 || answer.statusCode === 206) return answer;
    answer.resume();
    if (answer.statusCode === HTTP_NOT_FOUND) return undefined;
    throw new VaultFailed('failed', `The vault answered ${answer.statusCode}.`);
  };

  return {
    name: 'vault',
    async days() {
      const answer = await look('archives', { method: 'GET' });
      if (answer === undefined) throw new VaultFailed('failed', `There is no vault at ${url}.`);
      return listing.parse(await json(answer)).map(({ day }) => day);
    },
    async find(day) {
      const answer = await look(`archives/${day}`, { method: 'HEAD' });
      answer?.resume();
      return answer && sealOf(answer);
    },
    async read(day, range, signal) {
      const wanted = range && { range: `bytes=${range.offset}-${range.offset + range.bytes - 1}` };
      const answer = await look(`archives/${day}`, {
        method: 'GET',
        headers: { ...wanted },
        ...(signal && { signal }),
      });
      if (answer === undefined) throw new VaultFailed('failed', `The vault has no archive of ${day}.`);
      if (range !== undefined && answer.statusCode !== 206) {
        answer.destroy();
        throw new VaultFailed('failed', 'The vault does not answer ranges.');
      }
      // Whoever reads to the end learns of a connection that broke.
      const bytes = new PassThrough();
      pipeline(answer, bytes).catch((error: unknown) => bytes.destroy(error as Error));
      return bytes;
    },
    store: (archive, signal) => store(archive, signal, send),
  };
}

async function store(
  { day, bytes, sha256, open }: Archive,
  signal: AbortSignal,
  send: (path: string, options: RequestOptions, body: Readable) => Promise<IncomingMessage>,
): Promise<void> {
  const headers = { 'content-type': 'application/x-tar', 'content-length': bytes, 'x-content-sha256': sha256 };
  const body = open();
  let answer: IncomingMessage;
  try {
    answer = await send(`archives/${day}`, { method: 'PUT', headers, signal }, body);
  } catch (cause) {
    if (cause instanceof VaultFailed) throw cause;
    if (signal.aborted) throw new VaultFailed('timed_out', 'The vault took too long.', { cause });
    throw new VaultFailed('unreachable', 'The connection to the vault broke.', { cause });
  } finally {
    body.destroy();
  }
  answer.resume();
  if (answer.statusCode === 201) return;
  if (answer.statusCode === HTTP_TOO_MANY) throw new VaultFailed('refused', 'The vault has had its call of the day.');
  throw new VaultFailed('failed', `The vault answered ${answer.statusCode}.`);
}

function sealOf({ headers }: IncomingMessage): ArchiveSeal {
  return archiveSeal.parse({ bytes: Number(headers['content-length']), sha256: headers['x-content-sha256'] });
}
