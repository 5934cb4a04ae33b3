// https://www.w3.org/TR/trace-context/#traceparent-header
const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** Reads a W3C traceparent; undefined when there is none or it is malformed. */
export function parseTraceparent(header: string | null | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = traceparentPattern.exec(header ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
