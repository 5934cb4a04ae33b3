import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AlwaysOffSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { parseTraceparent } from '../trace-context.ts';
import { withOrigin } from './sampler.ts';

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

export interface SpanOptions {
  readonly kind?: keyof typeof kinds;
  readonly attributes?: Attributes;
  /** The traceparent of the span above. Default: the span that is under way; null begins a trace. */
  readonly parent?: string | null;
  /**
   * `stranger`: the parent comes from outside, so its trace is continued and its wish to be recorded is not.
   * `probe`: asked every few seconds by machines, so it is never recorded.
   */
  readonly origin?: 'stranger' | 'probe';
}

/** A span that is under way. */
export interface OpenSpan {
  /** What the spans below it name as their parent, on this side of the wire or the other. */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  /** Marks it as failed; an error is recorded with its stack. */
  fail(error: unknown): void;
  end(): void;
}

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

// Trace ids exist, and are on every answer, whether or not anybody records the spans.
let tracer: Tracer = new BasicTracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('valerix');

/** From now on every span of this process is this provider's. */
export function recordSpansWith(provider: TracerProvider): void {
  tracer = provider.getTracer('valerix');
}

/** Begins a span that its caller ends. */
export function openSpan(name: string, options: SpanOptions = {}): OpenSpan {
  return open(name, options, parentContext(options));
}

/** Runs `work` in a span, which is the parent of whatever `work` begins; a rejection marks it as failed. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Pick<OpenSpan, 'traceparent' | 'set' | 'fail'>) => Promise<T>,
): Promise<T> {
  const above = parentContext(options);
  const span = open(name, options, above);
  try {
    return await context.with(trace.setSpan(above, span.span), () => work(span));
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/**
 * Runs `work` that is done for several traces at once: each of `parents` gets a span of its own, whose traceparent is in
 * its place. One that belongs to no trace gets none.
 */
export async function inSpans<T>(
  name: (index: number) => string,
  options: Omit<SpanOptions, 'parent'>,
  parents: readonly (string | null)[],
  work: (traceparents: readonly (string | null)[]) => Promise<T>,
): Promise<T> {
  const spans = parents.map((parent, index) =>
    parent === null ? null : openSpan(name(index), { ...options, parent }),
  );
  try {
    return await work(spans.map((span) => span?.traceparent ?? null));
  } catch (error) {
    for (const span of spans) span?.fail(error);
    throw error;
  } finally {
    for (const span of spans) span?.end();
  }
}

/** The traceparent of the span that is under way here, if any. */
export function currentTraceparent(): string | undefined {
  const span = trace.getActiveSpan();
  return span === undefined ? undefined : traceparentOf(span);
}

function open(name: string, { kind = 'internal', attributes = {} }: SpanOptions, above: Context) {
  // Application Insights names a request by its operation, which its exporter derives for servers and not for consumers.
  const named = kind === 'consumer' ? { ...attributes, 'ai.operation.name': name } : attributes;
  const span = tracer.startSpan(name, { kind: kinds[kind], attributes: named }, above);
  return {
    span,
    traceparent: traceparentOf(span),
    set: (more: Attributes) => void span.setAttributes(more),
    fail(error: unknown) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      if (error instanceof Error) span.recordException(error);
    },
    end: () => span.end(),
  };
}

function parentContext({ parent, origin }: SpanOptions): Context {
  const above = parent === undefined ? context.active() : remoteParent(parent);
  return origin === undefined ? above : withOrigin(above, origin);
}

function remoteParent(traceparent: string | null): Context {
  const parsed = traceparent === null ? undefined : parseTraceparent(traceparent);
  return parsed === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parsed, isRemote: true });
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'}`;
}
