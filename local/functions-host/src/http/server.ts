import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Invoker } from '../app/invoker.ts';
import type { HttpOptions } from '../config/host-json.ts';
import type { AccessKeys, AccessLevel } from '../config/keys-file.ts';
import { makeThrottle } from '../throttle.ts';
import { applyCors, type CorsPolicy } from './cors.ts';
import { readBody } from './read-body.ts';
import { parseQuery, type Query, toInvocationRequest } from './request-mapping.ts';
import { writeResponse } from './response-mapping.ts';
import type { Router } from './router.ts';

export interface HttpServerOptions {
  router: Router;
  invoker: Invoker;
  keys: AccessKeys;
  cors: CorsPolicy | undefined;
  http: HttpOptions;
  bodyLimitBytes: number;
  /** Answers what lies under `/admin`; the caller's level is already known. */
  answerAdmin(request: AdminRequest): Promise<AdminResponse>;
}

export interface AdminRequest {
  method: string;
  path: string;
  body: Buffer;
  level: AccessLevel;
}

export interface AdminResponse {
  status: number;
  body?: unknown;
}

const RANK: Record<AccessLevel, number> = { anonymous: 0, function: 1, admin: 2 };
const HOST_HEADER = /^[\w.:[\]-]+$/;
/** Kestrel's default. Node's 5 s makes pooled clients trip over connections that close under them. */
const KEEP_ALIVE_MS = 130_000;

/** The HTTP side of the host: CORS, the admin API, routing, keys, throttling, the body limit, then the function. */
export function makeHttpServer(options: HttpServerOptions): Server {
  const { router, invoker, keys, cors, http, bodyLimitBytes } = options;
  const throttle = makeThrottle(http.maxOutstandingRequests, http.maxConcurrentRequests);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = splitTarget(request.url ?? '/');
    if (target === undefined || !HOST_HEADER.test(request.headers.host ?? 'localhost')) return end(response, 400);
    if (applyCors(cors, request, response)) return;
    if (/^\/admin(\/|$)/i.test(target.path)) return handleAdmin(request, response, target);

    const method = request.method ?? 'GET';
    const found = router.find(method, target.path);
    if (found === undefined) return target.path === '/' && method === 'GET' ? homePage(response) : end(response, 404);

    const { fn } = found.route;
    const query = parseQuery(target.search);
    const level = keys.levelOf(presentedKey(request, query), fn.name);
    if (RANK[level] < RANK[fn.trigger.authLevel]) return end(response, 401);

    const leave = await throttle.enter();
    if (leave === undefined) return end(response, 429);
    try {
      const body = await readBody(request, bodyLimitBytes);
      if (body.kind === 'aborted') return;
      if (body.kind === 'too large') return refuseBody(request, response);
      const invocation = toInvocationRequest(fn, request, { ...target, query, values: found.values }, body.bytes);
      const result = await invoker.invoke(fn, invocation);
      // While the host stops, a busy client must not keep its connection going.
      if (!server.listening) response.shouldKeepAlive = false;
      writeResponse(response, result.returnValue?.http, http.customHeaders);
    } catch {
      // The invoker has logged it; a client learns nothing but that it failed, as from the real host.
      failResponse(response);
    } finally {
      leave();
    }
  }

  async function handleAdmin(request: IncomingMessage, response: ServerResponse, target: Target): Promise<void> {
    const level = keys.levelOf(presentedKey(request, parseQuery(target.search)), '');
    const body = await readBody(request, bodyLimitBytes);
    if (body.kind === 'aborted') return;
    if (body.kind === 'too large') return refuseBody(request, response);
    const method = request.method ?? 'GET';
    const answer = await options.answerAdmin({ method, path: target.path, body: body.bytes, level });
    response.statusCode = answer.status;
    if (answer.body === undefined) return void response.end();
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(answer.body));
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    if (!server.listening) response.shouldKeepAlive = false;
    handle(request, response).catch(() => failResponse(response));
  });
  return server;
}

interface Target {
  path: string;
  /** With its question mark, or empty. */
  search: string;
}

function splitTarget(url: string): Target | undefined {
  let path = url;
  if (!url.startsWith('/')) {
    const absolute = URL.canParse(url) ? new URL(url) : undefined;
    if (absolute === undefined) return undefined;
    path = absolute.pathname + absolute.search;
  }
  const question = path.indexOf('?');
  return question === -1 ? { path, search: '' } : { path: path.slice(0, question), search: path.slice(question) };
}

/** The header wins over the query parameter. */
function presentedKey(request: IncomingMessage, query: Query): string | undefined {
  const header = request.headers['x-functions-key'];
  return (typeof header === 'string' && header !== '' ? header : undefined) ?? query.code?.value;
}

function end(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}

function homePage(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/plain' }).end('Your Functions app is up and running.\n');
}

function failResponse(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) {
    if (!/^(vary|access-control-)/.test(name)) response.removeHeader(name);
  }
  end(response, 500);
}

/** The rest of the body is swallowed for a moment, so that a client that is still sending gets to read the answer. */
function refuseBody(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  end(response, 413);
  request.resume();
  const cut = setTimeout(() => request.destroy(), 2000);
  request.once('close', () => clearTimeout(cut));
}
