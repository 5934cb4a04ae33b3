import { SpanKind } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { makeTraceSampler } from './sampler.ts';
import { recordSpansWith } from './spans.ts';

export interface RecordedSpan {
  readonly name: string;
  readonly kind: string | undefined;
  readonly traceId: string;
  readonly id: string;
  readonly parentId: string | undefined;
  readonly failed: boolean;
  readonly attributes: ReadableSpan['attributes'];
}

/** Records the spans of this process in memory, as many traces a second as `tracesPerSecond` says. */
export function recordSpans(tracesPerSecond = 1_000): { spans(): RecordedSpan[]; reset(): void } {
  const exporter = new InMemorySpanExporter();
  recordSpansWith(
    new BasicTracerProvider({
      sampler: makeTraceSampler(tracesPerSecond),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    }),
  );
  return {
    spans: () =>
      exporter.getFinishedSpans().map((span) => ({
        name: span.name,
        kind: SpanKind[span.kind]?.toLowerCase(),
        traceId: span.spanContext().traceId,
        id: span.spanContext().spanId,
        parentId: span.parentSpanContext?.spanId,
        failed: span.status.code === 2,
        attributes: span.attributes,
      })),
    reset: () => exporter.reset(),
  };
}
