import type { ServerResponse } from 'node:http';
import type { RpcCookie, RpcHttp } from '../app/rpc-types.ts';

/** Writes what the function returned. Nothing returned is 204. */
export function writeResponse(
  response: ServerResponse,
  result: RpcHttp | undefined,
  customHeaders: Record<string, string>,
): void {
  for (const [name, value] of Object.entries(result?.headers ?? {})) response.setHeader(name, value);
  if (result?.cookies !== undefined && result.cookies.length > 0) {
    response.appendHeader('Set-Cookie', result.cookies.map(formatCookie));
  }
  // host.json headers never replace one the function set itself.
  for (const [name, value] of Object.entries(customHeaders)) {
    if (!response.hasHeader(name)) response.setHeader(name, value);
  }
  response.statusCode = result === undefined ? 204 : Number(result.statusCode) || 200;
  const bytes = result?.body?.bytes;
  if (bytes === undefined || bytes.length === 0) response.end();
  else response.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** ASP.NET Core's format: attributes in lower case, path defaults to `/`. */
function formatCookie(cookie: RpcCookie): string {
  const parts = [`${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`];
  if (cookie.expires) parts.push(`expires=${new Date(Number(cookie.expires.value.seconds) * 1000).toUTCString()}`);
  if (cookie.maxAge) parts.push(`max-age=${Math.trunc(cookie.maxAge.value)}`);
  if (cookie.domain) parts.push(`domain=${cookie.domain.value}`);
  parts.push(`path=${cookie.path?.value ?? '/'}`);
  if (cookie.secure?.value) parts.push('secure');
  if (cookie.sameSite && cookie.sameSite !== 'none') {
    parts.push(`samesite=${cookie.sameSite === 'explicitNone' ? 'none' : cookie.sameSite}`);
  }
  if (cookie.httpOnly?.value) parts.push('httponly');
  return parts.join('; ');
}
