import type { SiteConfig } from '@valerix/contracts/site-config';
import { z } from 'zod';

export type ServiceName = 'order' | 'inventory';
export const serviceNames: readonly ServiceName[] = ['order', 'inventory'];

const CALL_TIMEOUT_MS = 10_000;

/** Why a call gave nothing: `unreachable` without an answer, `refused` by one, `unreadable` when its shape is not the agreed one. */
export class CallFailed extends Error {
  override name = 'CallFailed';
  readonly kind: 'unreachable' | 'refused' | 'unreadable';
  readonly status: number | undefined;
  readonly code: string | undefined;

  constructor(
    kind: CallFailed['kind'],
    message: string,
    facts: { status?: number; code?: string | undefined } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.kind = kind;
    this.status = facts.status;
    this.code = facts.code;
  }
}

interface Call<T> {
  readonly service: ServiceName;
  readonly path: string;
  readonly schema: z.ZodType<T>;
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly body?: unknown;
}

/** Calls of the operator; rejects with `CallFailed`. */
export type Caller = <T>(call: Call<T>) => Promise<T>;

export interface CallerOptions {
  readonly config: SiteConfig;
  readonly operatorKey: string;
  /** A service answered 401: the key is wrong, or stopped working. */
  readonly onKeyRefused?: () => void;
  readonly fetch?: typeof fetch;
}

export const originOf = (config: SiteConfig, service: ServiceName): string =>
  service === 'order' ? config.orderUrl : config.inventoryUrl;

export const displayNames: Readonly<Record<ServiceName, string>> = {
  order: 'Order service',
  inventory: 'Inventory service',
};

export function makeCaller(options: CallerOptions): Caller {
  const { config, operatorKey, onKeyRefused, fetch: request = fetch } = options;
  return async ({ service, path, schema, method = 'GET', body }) => {
    let response: Response;
    try {
      response = await request(`${originOf(config, service)}${path}`, {
        method,
        headers: {
          'x-functions-key': operatorKey,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
    } catch (cause) {
      throw unreachable(service, cause);
    }
    if (response.status === 401) onKeyRefused?.();
    if (!response.ok) throw await refusalOf(service, response);
    const content: unknown = response.status === 204 ? undefined : await readJson(service, response);
    const parsed = schema.safeParse(content);
    if (parsed.success) return parsed.data;
    throw new CallFailed(
      'unreadable',
      `${displayNames[service]} answered in a form that this dashboard does not know.`,
      { status: response.status },
      { cause: parsed.error },
    );
  };
}

const unreachable = (service: ServiceName, cause: unknown) =>
  new CallFailed('unreachable', `${displayNames[service]} does not answer.`, {}, { cause });

/** The body, undefined when it is no JSON; one that breaks off or comes too late is no answer at all. */
async function readJson(service: ServiceName, response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw unreachable(service, cause);
  }
}

const problem = z.object({
  code: z.string(),
  title: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

async function refusalOf(service: ServiceName, response: Response): Promise<CallFailed> {
  const { status } = response;
  const told = problem.safeParse(await response.json().catch(() => undefined));
  if (!told.success) return new CallFailed('refused', `${displayNames[service]} answered ${status}.`, { status });
  const fields = told.data.errors?.map(({ field, message }) => `${field} ${message}`).join('; ');
  const message = fields === undefined ? told.data.title : `${told.data.title} ${fields}.`;
  return new CallFailed('refused', message, { status, code: told.data.code });
}

/** What to tell the operator about any failure. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
