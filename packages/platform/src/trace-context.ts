import { randomBytes } from 'node:crypto';

// https://www.w3.org/TR/trace-context/#traceparent-header
const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's trace context with a span of our own; a new trace when the caller sent none or a malformed one. */
export function continueTrace(header: string | null | undefined): string {
  const traceId = traceparentPattern.exec(header ?? '')?.[1] ?? randomBytes(16).toString('hex');
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}

export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
