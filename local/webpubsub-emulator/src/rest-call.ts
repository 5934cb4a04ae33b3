import type { IncomingMessage } from 'node:http';
import type { Hub } from './hub.ts';
import { isGroupName } from './names.ts';

/** A REST call that has been let in. */
export interface RestCall {
  readonly hub: Hub;
  readonly hubName: string;
  /** The names in the path: of `groups/{0}/connections/{1}`, both. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
  readonly contentType: string;
  /** The address as the caller wrote it, without the query. */
  readonly address: string;
  readonly origin: string;
  /** Throws RestError when it is too large. */
  body(): Promise<Buffer>;
}

export interface RestAnswer {
  readonly status: number;
  readonly body?: object;
}

export type RestOperation = (call: RestCall) => RestAnswer | Promise<RestAnswer>;

/** A call that is refused; the code and the message go to the caller. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function badRequest(message: string): RestError {
  return new RestError(400, 'BadRequest', message);
}

export const OK: RestAnswer = { status: 200 };
export const ACCEPTED: RestAnswer = { status: 202 };
export const NO_CONTENT: RestAnswer = { status: 204 };

export function exists(found: boolean): RestAnswer {
  return { status: found ? 200 : 404 };
}

/** The n-th name in the path. Throws RestError when it is empty. */
export function nameIn({ names }: RestCall, index: number): string {
  const name = names[index];
  if (!name) throw badRequest('A name in the path is empty.');
  return name;
}

export function groupIn(call: RestCall, index: number): string {
  const name = nameIn(call, index);
  if (isGroupName(name)) return name;
  throw badRequest(`'${String(name).slice(0, 100)}' is not the name of a group.`);
}

/** A whole number in the query. Throws RestError when it is anything else or out of bounds. */
export function numberIn({ query }: RestCall, name: string, min: number, max: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw badRequest(`'${name}' must be a whole number from ${min} to ${max}, not '${text.slice(0, 50)}'.`);
  }
  return value;
}

/** Reads a body of at most `limit` bytes. Throws RestError; what is left unread is the server's to drop. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = new RestError(413, 'PayloadTooLarge', `The body is larger than ${limit} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
