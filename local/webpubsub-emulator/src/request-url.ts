import type { IncomingMessage } from 'node:http';

export interface SplitUrl {
  /** Unescaped; a segment that cannot be unescaped stays as it is. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** Not by URL, which takes `..` and `%2e%2e` out of a path: both are names that a group can have. */
export function splitUrl(url = '/'): SplitUrl {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  return {
    segments: path.replace(/^\//, '').replace(/\/$/, '').split('/').map(unescaped),
    query: new URLSearchParams(at < 0 ? '' : url.slice(at)),
  };
}

/** What the caller calls this emulator: tokens are made for that, be it localhost, 127.0.0.1 or a port forwarded here. */
export function originOf(request: IncomingMessage): string {
  return `http://${request.headers.host ?? ''}`;
}

export function bearerToken(request: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
