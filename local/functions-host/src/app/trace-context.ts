import { randomBytes } from 'node:crypto';
import type { TraceContext } from './rpc-types.ts';

/** The trace an invocation belongs to: the caller's when it sent one, else a new one (W3C Trace Context). */
export function traceContext(traceParent: unknown, traceState: unknown): TraceContext {
  return {
    traceParent: typeof traceParent === 'string' && traceParent !== '' ? traceParent : newTraceParent(),
    traceState: typeof traceState === 'string' ? traceState : '',
    attributes: {},
  };
}

// "01": sampled, as with Application Insights switched on; otherwise the app's own tracing would drop the invocation.
const newTraceParent = () => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
