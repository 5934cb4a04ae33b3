import type { IncomingMessage } from 'node:http';
import type { InvocationRequest, Nullable } from '../app/rpc-types.ts';
import { traceContext } from '../app/trace-context.ts';
import type { RouteValues } from './route-template.ts';
import type { HttpFunction } from './router.ts';

export type Query = Record<string, Nullable<string>>;

/** Duplicate keys are joined with a comma, as the real host does: `?q=1&q=2` gives the app one value, `1,2`. */
export function parseQuery(search: string): Query {
  const query: Query = Object.create(null);
  if (search.length < 2) return query;
  for (const [name, value] of new URLSearchParams(search)) {
    const earlier = query[name];
    query[name] = { value: earlier === undefined ? value : `${earlier.value},${value}` };
  }
  return query;
}

/** Makes of a request what the host sends to the worker. */
export function toInvocationRequest(
  fn: HttpFunction,
  request: IncomingMessage,
  target: { path: string; search: string; query: Query; values: RouteValues },
  body: Buffer,
): InvocationRequest {
  const nullableParams: Record<string, Nullable<string>> = {};
  for (const [name, value] of Object.entries(target.values)) nullableParams[name] = { value };
  return {
    inputData: [
      {
        name: fn.trigger.bindingName,
        data: {
          http: {
            method: request.method ?? 'GET',
            url: `http://${request.headers.host ?? 'localhost'}${target.path}${target.search}`,
            nullableHeaders: toHeaders(request.rawHeaders),
            nullableParams,
            nullableQuery: target.query,
            body: body.length > 0 ? { bytes: body } : undefined,
          },
        },
      },
    ],
    triggerMetadata: {},
    traceContext: traceContext(request.headers.traceparent, request.headers.tracestate),
  };
}

/** Names in lower case, repeated headers joined by a comma. */
function toHeaders(rawHeaders: string[]): Record<string, Nullable<string>> {
  const headers: Record<string, Nullable<string>> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    const earlier = headers[name];
    headers[name] = { value: earlier === undefined ? value : `${earlier.value},${value}` };
  }
  return headers;
}
