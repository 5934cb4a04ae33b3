import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ArchiveFiles, openArchiveFiles, removeBefore } from './archive-files.ts';
import { openCallLog } from './call-log.ts';

const failures = ['503', '429', 'hang', 'half-read', 'store-then-cut', 'away'] as const;
export type Failure = (typeof failures)[number];

export interface VaultServerOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly keepDays?: number;
  readonly now?: () => Date;
}

export interface VaultServer {
  readonly port: number;
  stop(): Promise<void>;
}

const KEEP_DAYS = 400;
const DAY_MS = 86_400_000;
const MAX_ADMIN_BYTES = 1_000;
const ARCHIVE = /^\/archives\/(\d{4}-\d{2}-\d{2})$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** The vault as an HTTP service; the README says what each address does. */
export async function startVaultServer(options: VaultServerOptions): Promise<VaultServer> {
  const { host, port, data, keepDays = KEEP_DAYS, now = () => new Date() } = options;
  const archives = join(data, 'archives');
  const files = openArchiveFiles(archives);
  removeBefore(archives, new Date(now().getTime() - keepDays * DAY_MS).toISOString().slice(0, 10));
  const log = openCallLog(data);
  let failure: Failure | null = null;

  const store = async (day: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // The call has been made, whatever comes of it.
    const isFirst = log.count(now(), day);
    if (failure === 'hang') return void request.resume();
    if (failure === 'half-read') return cutInTheMiddle(request);
    if (failure === '503')
      return answer(
        response.on('finish', () => request.resume()),
        503,
        { error: 'on purpose' },
      );
    if (failure === '429' || !isFirst || files.find(day) !== undefined) {
      response.setHeader('retry-after', Math.ceil((DAY_MS - (now().getTime() % DAY_MS)) / 1_000));
      answer(
        response.on('finish', () => request.resume()),
        429,
        { error: 'The call of this UTC day has been made.' },
      );
      return;
    }
    const bytes = Number(request.headers['content-length']);
    const sha256 = String(request.headers['x-content-sha256']);
    if (!Number.isSafeInteger(bytes) || !SHA256.test(sha256)) {
      return answer(response, 400, { error: 'Content-Length and X-Content-SHA256 are needed.' });
    }
    const stored = await files.store({ day, bytes, sha256 }, request);
    if (failure === 'store-then-cut') return void request.socket.destroy();
    if (stored === undefined) return answer(response, 400, { error: 'The body is not what the headers say.' });
    answer(response, 201, stored);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const day = ARCHIVE.exec(pathname)?.[1];
    if (pathname === '/health') return answer(response, 200, { status: 'healthy' });
    if (pathname === '/admin/calls') return answer(response, 200, log.calls);
    if (pathname === '/admin/failure' && request.method === 'PUT') {
      const wanted = await readFailure(request);
      if (wanted === undefined)
        return answer(response, 400, { error: `failure: one of ${failures.join(', ')}, or null` });
      failure = wanted;
      return answer(response, 200, { failure });
    }
    if (failure === 'away') return void request.socket.destroy();
    if (pathname === '/archives' && request.method === 'GET') return answer(response, 200, files.list());
    if (day === undefined) return answer(response, 404, { error: 'There is nothing at this address.' });
    if (request.method === 'PUT') return store(day, request, response);
    if (request.method === 'GET' || request.method === 'HEAD') return send(files, day, request, response);
    answer(response, 405, { error: 'An archive is never changed or removed.' });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      // The client broke off, or the disk is full: either way there is no more to say.
      if (response.headersSent) request.socket.destroy();
      else answer(response, 500, { error: 'The vault failed.' });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: portOf(server),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function send(
  files: ArchiveFiles,
  day: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const found = files.find(day);
  if (found === undefined) return answer(response, 404, { error: 'There is no archive of that day.' });
  const { bytes, sha256 } = found;
  const [, from = '', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const isPart = from !== '';
  const first = isPart ? Number(from) : 0;
  const last = Math.min(isPart && to !== '' ? Number(to) : bytes - 1, bytes - 1);
  if (isPart && (first >= bytes || last < first)) {
    response.writeHead(416, { 'content-range': `bytes */${bytes}` }).end();
    return;
  }
  response.writeHead(isPart ? 206 : 200, {
    'content-type': 'application/x-tar',
    'content-length': last - first + 1,
    'accept-ranges': 'bytes',
    'x-content-sha256': sha256,
    ...(isPart && { 'content-range': `bytes ${first}-${last}/${bytes}` }),
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(files.read(day, first, last), response);
}

/** Takes about half of what was announced, and is gone. */
function cutInTheMiddle(request: IncomingMessage): void {
  const half = Number(request.headers['content-length'] ?? 0) / 2;
  let taken = 0;
  request.on('data', (chunk: Buffer) => {
    taken += chunk.length;
    if (taken >= half) request.socket.destroy();
  });
}

async function readFailure(request: IncomingMessage): Promise<Failure | null | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_ADMIN_BYTES) return undefined;
  }
  try {
    const { failure } = JSON.parse(text) as { failure: unknown };
    return failure === null ? null : failures.find((known) => known === failure);
  } catch {
    return undefined;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return address.port;
}
