import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { contentTypeOf, isWorthCompressing } from './content-types.ts';
import { encodings, type FindFile, jsonFile, openSiteFiles, type SiteFile } from './site-files.ts';
import { readSiteRules, type SiteRules } from './site-rules.ts';

export interface SiteOptions {
  /** The folder of the built site. */
  readonly directory: string;
  /** What `/config.json` answers. */
  readonly config: unknown;
  /** Where the pages may connect to, besides their own server: the origins for `connect-src`, separated by blanks. */
  readonly connectSrc: string;
}

interface Found {
  readonly status: 200 | 404;
  readonly file: SiteFile;
}

/** Serves a built site as Azure Static Web Apps would, by the rules in its own staticwebapp.config.json. */
export async function makeSiteServer({ directory, config, connectSrc }: SiteOptions): Promise<Server> {
  const rules = await readSiteRules(directory, connectSrc);
  const find = openSiteFiles(directory);
  const configFile = jsonFile(config);
  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url ?? '/');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    if (path === undefined) {
      response.writeHead(400).end();
      return;
    }
    const found: Found | undefined =
      path === '/config.json' ? { status: 200, file: configFile } : await findFor(path, find, rules);
    const headers = { 'cache-control': 'no-cache', vary: 'accept-encoding', ...rules.headersFor(path) };
    if (found === undefined) {
      response.writeHead(404, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
      return;
    }
    await send(request, response, found, headers, rules);
  }
}

async function findFor(path: string, find: FindFile, rules: SiteRules): Promise<Found | undefined> {
  const file = await find(path);
  if (file !== undefined) return { status: 200, file };
  const fallback = rules.fallbackFor(path);
  const shown = fallback === undefined ? undefined : await find(fallback);
  if (shown !== undefined) return { status: 200, file: shown };
  const notFound = rules.notFoundPage === undefined ? undefined : await find(rules.notFoundPage);
  return notFound && { status: 404, file: notFound };
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, file }: Found,
  headers: Readonly<Record<string, string>>,
  rules: SiteRules,
): Promise<void> {
  const contentType = contentTypeOf(file.ending, rules.mimeTypes);
  // A page that is missing today must not be kept as if it were the address's content.
  const kept = status === 404 ? { ...headers, 'cache-control': 'no-store' } : { ...headers, etag: file.etag };
  if (status === 200 && isKnown(request, file.etag)) {
    response.writeHead(304, kept).end();
    return;
  }
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = isWorthCompressing(contentType)
    ? encodings.find((name) => new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted))
    : undefined;
  const smaller = encoding && (await file.encoded(encoding));
  const body = smaller ?? file.bytes;
  response.writeHead(status, {
    ...kept,
    'content-type': contentType,
    'content-length': body.length,
    ...(smaller && { 'content-encoding': encoding }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function isKnown(request: IncomingMessage, etag: string): boolean {
  const known = request.headers['if-none-match'];
  return known?.split(',').some((tag) => tag.trim() === etag) ?? false;
}

/** The path of a request, decoded; undefined where it is no path. */
function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url, 'http://site').pathname);
  } catch {
    return undefined;
  }
}
