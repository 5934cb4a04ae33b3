import { type handleUnaryCall, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { HEALTH_PROBE_PRODUCT } from '@valerix/contracts/health';
import type { Logger } from '@valerix/platform/logger';
import type { Metrics } from '@valerix/platform/metrics';
import { isUnavailable } from '@valerix/platform/postgres-errors';
import type { FinishedRequest } from '@valerix/platform/system-metrics/request-tally';
import { inSpan } from '@valerix/platform/telemetry/spans';
import { SimulatedFault } from './chaos/chaos.ts';
import { InvalidArgument } from './requests.ts';

const SERVICE_NAME = 'inventory.InventoryService';

/** A call whose caller stopped waiting before its work began. */
export class NotBegun extends Error {
  override name = 'NotBegun';
}

/** A call that came while too many others were under way. */
class TooManyCalls extends Error {
  override name = 'TooManyCalls';
}

/** One gRPC call as the handlers see it. */
export interface Call<Request> {
  readonly request: Request;
  /** The trace that this call belongs to, as a W3C traceparent. */
  readonly traceparent: string;
  /** The caller's address and port. */
  readonly peer: string;
  /** False once the caller's deadline has passed or it has hung up. */
  isWanted(): boolean;
}

export interface UnaryOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told of each answer, except to whoever only asks how the service is. */
  readonly onFinished: (request: FinishedRequest) => void;
}

/**
 * Turns handlers into what the gRPC server calls: one place that measures and that says what an error means. Of an
 * operation with `maxInFlight`, no more calls than that are under way; one more is refused before it is looked at.
 */
export function makeUnary({ logger, metrics, onFinished }: UnaryOptions) {
  const duration = metrics.meter.createHistogram('grpc_request_duration_seconds', {
    description: 'Time from the arrival of a call to its answer.',
    unit: 's',
  });
  const databaseErrors = metrics.meter.createCounter('database_errors', {
    description: 'Calls that failed because the database could not be used.',
  });

  return <Request, Response>(
    operation: string,
    handle: (call: Call<Request>) => Promise<Response>,
    maxInFlight = Number.POSITIVE_INFINITY,
  ): handleUnaryCall<Request, Response> => {
    let inFlight = 0;
    const attributes = { 'rpc.system.name': 'grpc', 'rpc.method': `${SERVICE_NAME}/${operation}` };
    return (call, callback) => {
      const startedAt = performance.now();
      const parent = call.metadata.get('traceparent')[0]?.toString() ?? null;
      // A call outside of any trace, such as a health check's, is not worth one of its own.
      const origin = parent === null ? { origin: 'probe' as const } : {};
      void inSpan(`${SERVICE_NAME}/${operation}`, { kind: 'server', parent, attributes, ...origin }, async (span) => {
        const measure = (code: status) => {
          span.set({ 'rpc.response.status_code': status[code] });
          const durationMs = performance.now() - startedAt;
          duration.record(durationMs / 1000, { operation, code: status[code] });
          const failure = code === status.OK || code === status.INVALID_ARGUMENT ? undefined : status[code];
          if (!isHealthProbe(call.request))
            onFinished({ operation, durationMs, isChange: operation !== 'CheckStock', failure });
        };
        inFlight += 1;
        try {
          if (inFlight > maxInFlight) throw new TooManyCalls(`more than ${maxInFlight} calls at once`);
          const answer = await handle(callOf(call, span.traceparent));
          measure(status.OK);
          callback(null, answer);
        } catch (error) {
          const failure = failureOf(error);
          measure(failure.code);
          if (failure.code !== status.INVALID_ARGUMENT) span.fail(error);
          if (failure.code === status.UNAVAILABLE) {
            databaseErrors.add(1);
            logger.warn('call_failed', { operation, error });
          } else if (failure.code === status.INTERNAL && !(error instanceof SimulatedFault)) {
            logger.error('call_failed', { operation, error });
          }
          callback(failure);
        } finally {
          inFlight -= 1;
        }
      });
    };
  };
}

function isHealthProbe(request: unknown): boolean {
  return (request as { readonly productId?: string }).productId === HEALTH_PROBE_PRODUCT;
}

function callOf<Request>(call: ServerUnaryCall<Request, unknown>, traceparent: string): Call<Request> {
  return {
    request: call.request,
    traceparent,
    peer: call.getPeer(),
    isWanted: () => !call.cancelled && Number(call.getDeadline()) > Date.now(),
  };
}

/** Callers learn what they can do about an error, never what it is like inside. */
function failureOf(error: unknown): { code: status; details: string } {
  if (error instanceof InvalidArgument) return { code: status.INVALID_ARGUMENT, details: error.message };
  if (error instanceof NotBegun) {
    return { code: status.DEADLINE_EXCEEDED, details: 'The deadline passed before the work began.' };
  }
  if (error instanceof TooManyCalls) {
    return { code: status.RESOURCE_EXHAUSTED, details: 'Too many calls at this moment. Nothing was begun.' };
  }
  if (isUnavailable(error)) return { code: status.UNAVAILABLE, details: 'The inventory cannot be reached right now.' };
  return { code: status.INTERNAL, details: 'Something went wrong on our side.' };
}
