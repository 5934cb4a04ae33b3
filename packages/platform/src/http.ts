import type { HttpFunctionOptions, HttpHandler, HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions';
import type { ErrorCode } from '@valerix/contracts/errors';
import { limits } from '@valerix/contracts/order';
import { describeError, type Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { isUnavailable } from './postgres-errors.ts';
import { RequestError } from './problem.ts';
import { makeSparseWarning } from './sparse-warning.ts';
import type { FinishedRequest } from './system-metrics/request-tally.ts';
import { inSpan } from './telemetry/spans.ts';
import { traceIdOf } from './trace-context.ts';

/** One HTTP request as the trigger files see it. */
export interface Call {
  readonly request: HttpRequest;
  readonly params: Readonly<Record<string, string>>;
  /** The trace that this request belongs to, as a W3C traceparent. */
  readonly traceparent: string;
  /** The JSON body; throws the right error for another media type, too many bytes or broken JSON. */
  json(): Promise<unknown>;
  /** A header's value, trimmed; null when absent or blank. */
  header(name: string): string | null;
}

export interface Endpoint {
  readonly methods: HttpMethod[];
  /** The route template, such as `api/orders/{orderId}`. */
  readonly route: string;
  /** `function`: only with the operator key, which the host enforces. */
  readonly authLevel?: 'anonymous' | 'function';
  /** Asked every few seconds by machines, such as health: it is measured and never traced. */
  readonly isProbe?: boolean;
  readonly handler: (call: Call) => Promise<HttpResponseInit>;
}

export interface HttpAppOptions {
  /** `app.http` of @azure/functions. */
  readonly register: (name: string, options: HttpFunctionOptions) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told of each answer that says something about how well the service does its work. */
  readonly onFinished?: (request: FinishedRequest) => void;
}

/** What is known about an endpoint without calling it. */
export interface RegisteredEndpoint {
  readonly name: string;
  readonly methods: readonly HttpMethod[];
  readonly route: string;
  readonly authLevel: 'anonymous' | 'function';
}

export interface HttpApp {
  /** Registers one function; `name` is also the operation that metrics and logs show. */
  endpoint(name: string, endpoint: Endpoint): void;
  /** The endpoints so far, in the order in which they were registered. */
  endpoints(): readonly RegisteredEndpoint[];
  /** Registers the function that answers whatever no endpoint does: 404 or 405 as a problem document. */
  fallback(): void;
}

const RETRY_AFTER_SECONDS = 2;

/** The HTTP face of a Function App: one place that measures, traces and turns errors into problem documents. */
export function makeHttpApp({ register, logger, metrics, onFinished }: HttpAppOptions): HttpApp {
  const duration = metrics.meter.createHistogram('http_request_duration_seconds', {
    description: 'Time from the call of a handler to its answer.',
    unit: 's',
  });
  const databaseErrors = metrics.meter.createCounter('database_errors', {
    description: 'Requests that failed because the database could not be used.',
  });
  const warnFailed = makeSparseWarning(logger, 'request_failed');
  const known: (RegisteredEndpoint & { readonly pattern: RegExp })[] = [];

  const handle =
    (
      operation: string,
      { route, isProbe, handler }: Pick<Endpoint, 'route' | 'isProbe' | 'handler'>,
      isWork = false,
    ): HttpHandler =>
    (request) => {
      const startedAt = performance.now();
      const { method } = request;
      const path = new URL(request.url).pathname;
      const attributes = { 'http.request.method': method, 'http.route': `/${route}`, 'url.path': path, operation };
      const parent = request.headers.get('traceparent');
      const origin = isProbe ? 'probe' : 'stranger';
      return inSpan(`${method} /${route}`, { kind: 'server', parent, origin, attributes }, async (span) => {
        const { traceparent } = span;
        let answer: HttpResponseInit;
        let code: ErrorCode | undefined;
        try {
          answer = await handler(makeCall(request, traceparent));
        } catch (error) {
          answer = answerFor(error, operation, traceIdOf(traceparent));
          code = codeOf(error);
          if ((answer.status ?? 500) >= 500) span.fail(error);
        }
        const status = answer.status ?? 200;
        span.set({ 'http.response.status_code': status });
        const durationMs = performance.now() - startedAt;
        // A refusal of what is too much costs no work: counted, a flood of them would make slow orders look fast.
        if (isWork && status !== 429) {
          const failure = status >= 500 ? (code ?? `http_${status}`) : undefined;
          onFinished?.({ operation, durationMs, isChange: method !== 'GET', failure });
        }
        duration.record(durationMs / 1000, { operation, method, status: String(status) });
        return { ...answer, headers: { ...(answer.headers as Record<string, string>), traceparent } };
      });
    };

  const answerFor = (error: unknown, operation: string, traceId: string): HttpResponseInit => {
    if (error instanceof RequestError) {
      if (error.cause !== undefined && error.problem().status >= 500) {
        if (isUnavailable(error.cause)) databaseErrors.add(1);
        warnFailed({ operation, code: error.code, traceId, error: describeError(error.cause) });
      }
      return problemAnswer(error, traceId);
    }
    if (isUnavailable(error)) {
      databaseErrors.add(1);
      warnFailed({ operation, code: 'temporarily_unavailable', traceId, error });
      return problemAnswer(
        new RequestError('temporarily_unavailable', {}, { retryAfterSeconds: RETRY_AFTER_SECONDS }),
        traceId,
      );
    }
    logger.error('request_failed', { operation, code: 'internal_error', traceId, error });
    return problemAnswer(new RequestError('internal_error'), traceId);
  };

  const answerUnknown: Endpoint['handler'] = async ({ request, traceparent }) => {
    const path = new URL(request.url).pathname;
    const allowed = known.filter(({ pattern }) => pattern.test(path)).flatMap((entry) => entry.methods);
    if (allowed.length === 0) throw new RequestError('not_found');
    const error = new RequestError('method_not_allowed', { detail: `Allowed: ${allowed.join(', ')}.` });
    const answer = problemAnswer(error, traceIdOf(traceparent));
    return { ...answer, headers: { ...problemHeaders, allow: allowed.join(', ') } };
  };

  return {
    endpoint(name, endpoint) {
      const { methods, route, authLevel = 'anonymous' } = endpoint;
      known.push({ name, methods, route, authLevel, pattern: patternOf(route) });
      register(name, { methods, route, authLevel, handler: handle(name, endpoint, isWork(route)) });
    },
    endpoints: () => [...known],
    fallback() {
      const methods: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
      // The host takes the first matching route in the order of the functions' names: this one must come last.
      register('zz-fallback', {
        methods,
        route: '{*path}',
        authLevel: 'anonymous',
        handler: handle('fallback', { route: '{*path}', handler: answerUnknown }),
      });
    },
  };
}

/**
 * What is done for shoppers and operators, by its route. Health, metrics, the API's description and whatever an
 * operator's page asks again and again are not: they would thin out the average that shoppers feel.
 */
function isWork(route: string): boolean {
  return route.startsWith('api/') && !route.startsWith('api/ops/') && route !== 'api/openapi.json';
}

/** The code that an error is answered with. */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof RequestError) return error.code;
  return isUnavailable(error) ? 'temporarily_unavailable' : 'internal_error';
}

const problemHeaders = { 'content-type': 'application/problem+json' };

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponseInit {
  return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
}

/**
 * A problem document as an answer, with `Retry-After` where the error says so; in the document as well, because a browser
 * hides that header from a page of another origin.
 */
export function problemAnswer(error: RequestError, traceId?: string): HttpResponseInit {
  const problem = error.problem();
  const after = error.retryAfterSeconds ?? (problem.status === 503 ? RETRY_AFTER_SECONDS : undefined);
  return {
    status: problem.status,
    body: JSON.stringify({
      ...problem,
      ...(after !== undefined && { retryAfterSeconds: after }),
      ...(traceId && { traceId }),
    }),
    headers: { ...problemHeaders, ...(after !== undefined && { 'retry-after': String(after) }) },
  };
}

function makeCall(request: HttpRequest, traceparent: string): Call {
  const header = (name: string) => request.headers.get(name)?.trim() || null;
  return {
    request,
    params: request.params,
    traceparent,
    header,
    async json() {
      const type = header('content-type')?.split(';')[0]?.trim().toLowerCase();
      if (type !== 'application/json') throw new RequestError('unsupported_media_type');
      const tooLarge = () =>
        new RequestError('body_too_large', { detail: `A body has at most ${limits.bodyBytes} bytes.` });
      if (Number(header('content-length') ?? 0) > limits.bodyBytes) throw tooLarge();
      const body = Buffer.from(await request.arrayBuffer());
      if (body.length > limits.bodyBytes) throw tooLarge();
      try {
        return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
      } catch (cause) {
        throw new RequestError('invalid_json', {}, { cause });
      }
    },
  };
}

function patternOf(route: string): RegExp {
  const escaped = route
    .split('/')
    .map((segment) => (segment.startsWith('{') ? '[^/]+' : segment.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^/${escaped}/?$`, 'i');
}
