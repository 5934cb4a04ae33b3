import {
  type DeadLetterView,
  deadLetterPage,
  deadLettersDiscarded,
  deadLettersReplayed,
} from '@valerix/contracts/dead-letters-api';
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

/** Calls one of a service's operations; throws `CallFailed` with what to tell the operator. */
export async function callService(
  service: Service,
  method: string,
  path: string,
  query: Record<string, string> = {},
): Promise<unknown> {
  const url = new URL(`${service.url.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  let response: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
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

const call = (service: Service, method: string, path: string, query?: Record<string, string>) =>
  callService(service, method, `/api/ops/dead-letters${path}`, query);

/** Asks the services for the one that knows `id`. */
export async function callOwner(
  services: readonly Service[],
  method: string,
  id: string,
  action = '',
): Promise<unknown> {
  let failure: CallFailed | undefined;
  for (const service of services) {
    try {
      return await call(service, method, `/${encodeURIComponent(id)}${action}`);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      // That one does not know it: what another says, or why it says nothing, matters more.
      if (error.status === 404) continue;
      failure ??= error;
    }
  }
  throw failure ?? new CallFailed(`No service knows the dead letter '${id}'.`, 404);
}

export async function listAll(service: Service, filter: Record<string, string>): Promise<DeadLetterView[]> {
  const found: DeadLetterView[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { ...filter, limit: '200', ...(cursor && { cursor }) };
    const page = deadLetterPage.parse(await call(service, 'GET', '', query));
    found.push(...page.deadLetters);
    cursor = page.nextCursor;
  }
  return found;
}

interface Performed {
  readonly service: string;
  readonly done: number;
  readonly remaining: number;
}

/** Call after call until nothing is left; no more than there were at first, for some may come straight back. */
export async function performAll(service: Service, verb: 'replay' | 'discard', filter: Record<string, string>) {
  let done = 0;
  let atFirst: number | undefined;
  for (;;) {
    const step =
      verb === 'replay'
        ? deadLettersReplayed.parse(await call(service, 'POST', '/replay', filter))
        : deadLettersDiscarded.parse(
            await call(service, 'DELETE', '', Object.keys(filter).length > 0 ? filter : { all: 'true' }),
          );
    const handled = 'replayed' in step ? step.replayed : step.discarded;
    done += handled;
    atFirst ??= handled + step.remaining;
    if (handled === 0 || step.remaining === 0 || done >= atFirst) {
      return { service: service.name, done, remaining: step.remaining } satisfies Performed;
    }
  }
}
