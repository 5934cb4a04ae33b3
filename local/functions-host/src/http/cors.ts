import type { IncomingMessage, ServerResponse } from 'node:http';

export interface CorsPolicy {
  origins: string[];
  credentials: boolean;
}

/**
 * Applies the app's CORS setting, which on Azure the platform applies in front of the app: any method, any header,
 * only for the listed origins. Without a setting nothing is added and OPTIONS is a method like any other.
 * @returns true when the request was a preflight and is answered.
 */
export function applyCors(policy: CorsPolicy | undefined, request: IncomingMessage, response: ServerResponse): boolean {
  const { origin } = request.headers;
  if (policy === undefined || origin === undefined) return false;
  const method = request.headers['access-control-request-method'];
  const isPreflight = request.method === 'OPTIONS' && method !== undefined;
  const anyOrigin = policy.origins.includes('*');
  if (anyOrigin || policy.origins.includes(origin)) {
    response.setHeader('Access-Control-Allow-Origin', anyOrigin && !policy.credentials ? '*' : origin);
    if (!anyOrigin || policy.credentials) response.setHeader('Vary', 'Origin');
    if (policy.credentials) response.setHeader('Access-Control-Allow-Credentials', 'true');
    if (isPreflight) {
      const headers = request.headers['access-control-request-headers'];
      response.setHeader('Access-Control-Allow-Methods', method);
      if (headers !== undefined) response.setHeader('Access-Control-Allow-Headers', headers);
    }
  }
  if (isPreflight) response.writeHead(204).end();
  return isPreflight;
}
