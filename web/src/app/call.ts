import { z } from 'zod';

/** What came of a call to one of the services. */
export type Answer<T> =
  | { readonly kind: 'answered'; readonly body: T }
  | { readonly kind: 'problem'; readonly problem: ServiceProblem }
  /** No answer: what the call asked for may have been done or not. */
  | { readonly kind: 'unreachable' };

/** A refusal, or an answer that cannot be understood: then `code` is `unreadable`. */
export interface ServiceProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: string | null;
  /** Of the order that the problem is about. */
  readonly orderId: string | null;
  readonly retryAfterMs: number | null;
}

const problemDocument = z.object({
  code: z.string(),
  detail: z.string().optional(),
  orderId: z.uuid().optional(),
  // Beside the header of the same meaning, which a browser hides from a page of another origin.
  retryAfterSeconds: z.number().min(0).optional(),
});

export interface CallOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Calls a service and reads its answer by `schema`; never throws. */
export async function call<T>(url: string, schema: z.ZodType<T>, options: CallOptions = {}): Promise<Answer<T>> {
  const { method = 'GET', body, timeoutMs = TIMEOUT_MS } = options;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch {
    return { kind: 'unreachable' };
  }
  const content = parseJson(text);
  if (response.ok) {
    const parsed = schema.safeParse(content);
    if (parsed.success) return { kind: 'answered', body: parsed.data };
  }
  return { kind: 'problem', problem: problemOf(response, content) };
}

function problemOf({ status, headers }: Response, content: unknown): ServiceProblem {
  const { data } = problemDocument.safeParse(content);
  const header = headers.get('retry-after');
  const seconds = data?.retryAfterSeconds ?? (header !== null && /^\d+$/.test(header) ? Number(header) : null);
  return {
    status,
    code: data?.code ?? 'unreadable',
    detail: data?.detail ?? null,
    orderId: data?.orderId ?? null,
    retryAfterMs: seconds === null ? null : seconds * 1000,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
