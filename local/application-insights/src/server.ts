import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readEnvelopes } from './envelope.ts';
import type { TelemetryStore } from './telemetry-store.ts';

export interface IngestionServer {
  readonly port: number;
  stop(): Promise<void>;
}

const MEGABYTE = 1024 * 1024;
const LARGEST_BODY_BYTES = 16 * MEGABYTE;
const unzip = promisify(gunzip);

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Takes telemetry at `POST /v2.1/track` (and `/v2/track`), and gives it back at `GET /items?traceId=`. */
export async function startIngestionServer(
  host: string,
  port: number,
  store: TelemetryStore,
): Promise<IngestionServer> {
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'GET' && pathname === '/health') return { status: 200, body: { status: 'healthy' } };
    if (request.method === 'GET' && pathname === '/items') {
      return { status: 200, body: store.read(searchParams.get('traceId') ?? undefined) };
    }
    if (request.method !== 'POST' || !/^\/v2(\.1)?\/track$/.test(pathname)) return { status: 404, body: {} };
    const body = await readBody(request);
    if (body === undefined) return { status: 413, body: { errors: [] } };
    try {
      const isZipped = request.headers['content-encoding'] === 'gzip';
      const text = isZipped ? await unzip(body, { maxOutputLength: LARGEST_BODY_BYTES }) : body;
      const envelopes = readEnvelopes(text.toString('utf8'));
      store.keep(envelopes);
      const { length } = envelopes;
      return { status: 200, body: { itemsReceived: length, itemsAccepted: length, errors: [] } };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return {
        status: 400,
        body: { itemsReceived: 0, itemsAccepted: 0, errors: [{ index: 0, statusCode: 400, message }] },
      };
    }
  };

  const server = createServer((request, response) => {
    void answerTo(request)
      .catch(() => ({ status: 500, body: {} }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
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

/** The whole body, or undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return address.port;
}
