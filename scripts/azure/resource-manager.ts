import { z } from 'zod';

/** Azure Resource Manager refused a call, or did not answer it in time. */
export class ResourceManagerError extends Error {
  override name = 'ResourceManagerError';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface ResourceManagerCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below the resource group, such as `/providers/Microsoft.App/jobs/x`, or a whole URL that an answer gave. */
  readonly path: string;
  readonly apiVersion: string;
  readonly body?: unknown;
}

interface ResourceManagerAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Where an operation that goes on can be followed. */
  readonly location: string | undefined;
}

export type ResourceManager = (call: ResourceManagerCall) => Promise<ResourceManagerAnswer>;

export interface ResourceManagerOptions {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly token: () => Promise<string>;
  readonly pause: (ms: number) => Promise<void>;
  readonly endpoint?: string;
}

const TRIES = 5;
const FIRST_PAUSE_MS = 1_000;
const CALL_TIMEOUT_MS = 30_000;

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * Calls on the resources of one resource group. Throttling, faults of the server and broken connections are tried again,
 * after as long as the answer asks for; throws a `ResourceManagerError` for every other refusal.
 */
export function makeResourceManager(options: ResourceManagerOptions): ResourceManager {
  const { subscriptionId, resourceGroup, token, pause, endpoint = 'https://management.azure.com' } = options;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;

  return async ({ method, path, apiVersion, body }) => {
    const url = path.startsWith('/') ? `${endpoint}${group}${path}?api-version=${apiVersion}` : path;
    // A token goes to Azure and nowhere else, whatever an answer says about where to look next.
    if (new URL(url).origin !== new URL(endpoint).origin) throw new Error(`${url} is not on ${endpoint}.`);
    const init = {
      method,
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    for (let tries = 1; ; tries += 1) {
      const isLast = tries === TRIES;
      try {
        const response = await fetch(url, { ...init, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
        const text = await response.text();
        const { status, headers } = response;
        if (response.ok) return { status, body: parse(text), location: headers.get('location') ?? undefined };
        if (isLast || !(status === 429 || status >= 500)) throw refused(status, parse(text), `${method} ${path}`);
        await pause(retryAfterMs(headers) ?? FIRST_PAUSE_MS * 2 ** (tries - 1));
      } catch (error) {
        if (isLast || error instanceof ResourceManagerError) throw error;
        await pause(FIRST_PAUSE_MS * 2 ** (tries - 1));
      }
    }
  };
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function refused(status: number, body: unknown, call: string): ResourceManagerError {
  const { data } = refusal.safeParse(body);
  const code = data?.error.code ?? 'Unknown';
  return new ResourceManagerError(status, code, `${call} answered ${status} ${code}: ${data?.error.message ?? ''}`);
}

function retryAfterMs(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}
