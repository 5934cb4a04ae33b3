import { z } from 'zod';

const CALL_TIMEOUT_MS = 120_000;

/** A service did not do what it was asked, with what to tell the operator. */
export class CallFailed extends Error {
  override name = 'CallFailed';
  readonly status: number | undefined;
  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export interface Service {
  readonly name: string;
  readonly url: string;
  readonly key: string;
}

const problem = z.object({
  title: z.string(),
  traceId: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Calls one of a service's operations; throws `CallFailed` with what to tell the operator. */
export async function callService(
  service: Service,
  method: string,
  path: string,
  { query = {}, timeoutMs = CALL_TIMEOUT_MS }: CallOptions = {},
): Promise<unknown> {
  const url = new URL(`${service.url.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  let response: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    response = await fetch(url, { method, headers: { 'x-functions-key': service.key }, signal });
    text = await response.text();
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new CallFailed(`The ${service.name} service at ${service.url} does not answer: ${reason}`, undefined, {
      cause,
    });
  }
  if (response.status === 401) throw new CallFailed(`The ${service.name} service refused the operator key.`, 401);
  const body = parse(text);
  if (response.ok) return body;
  const told = problem.safeParse(body);
  if (!told.success) throw new CallFailed(`The ${service.name} service answered ${response.status}.`, response.status);
  const { title, traceId, errors = [] } = told.data;
  const details = errors.map(({ field, message }) => `\n  ${field} ${message}`).join('');
  const trace = traceId === undefined || response.status < 500 ? '' : ` Its log has the reason under trace ${traceId}.`;
  throw new CallFailed(`The ${service.name} service: ${title}${details}${trace}`, response.status);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not from the service, but from something before it; a 204 has no body.
    return undefined;
  }
}
