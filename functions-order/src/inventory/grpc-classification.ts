import { status } from '@grpc/grpc-js';
import type { VerifyReason } from '@valerix/contracts/events';

/** What an error of a ReserveStock call means. */
export interface CallVerdict {
  /** The stock may have been reserved although no answer said so. */
  readonly ambiguous: boolean;
  /** Whether the same call, repeated inside the budget, may do better; `if_time`: only with a whole attempt's time left. */
  readonly retry: 'yes' | 'no' | 'if_time';
  /** `rejected`: the order fails. `verify`: the order waits until the Inventory service says what became of it. */
  readonly outcome: 'rejected' | 'verify';
  readonly verifyReason: VerifyReason;
  /** The error speaks against the service's health, so the circuit breaker counts it. */
  readonly unhealthy: boolean;
}

const verdict = (more: Partial<CallVerdict>): CallVerdict => ({
  ambiguous: true,
  retry: 'no',
  outcome: 'verify',
  verifyReason: 'connection_error',
  unhealthy: true,
  ...more,
});

/** Every error status of gRPC (https://grpc.io/docs/guides/status-codes/), thought through for one keyed reservation. */
const grpcVerdicts: Readonly<Record<Exclude<status, status.OK>, CallVerdict>> = {
  // The other side hung up, as a server does that is shut down under a call; it may have finished all the same.
  [status.CANCELLED]: verdict({}),
  // The handler threw something without a status, perhaps after its commit.
  [status.UNKNOWN]: verdict({}),
  // The request is malformed and will be tomorrow: the only two codes that fail an order.
  [status.INVALID_ARGUMENT]: verdict({ ambiguous: false, outcome: 'rejected', unhealthy: false }),
  [status.OUT_OF_RANGE]: verdict({ ambiguous: false, outcome: 'rejected', unhealthy: false }),
  // The server may still be at it; asking again before it had its time only adds load.
  [status.DEADLINE_EXCEEDED]: verdict({ retry: 'if_time', verifyReason: 'grpc_timeout' }),
  // Nothing was reserved, but not because of the order: the address, the credentials or the version is wrong. The
  // order waits, and verification, which does not need this server, finishes it.
  [status.NOT_FOUND]: verdict({ ambiguous: false }),
  [status.PERMISSION_DENIED]: verdict({ ambiguous: false }),
  [status.UNAUTHENTICATED]: verdict({ ambiguous: false }),
  [status.FAILED_PRECONDITION]: verdict({ ambiguous: false }),
  [status.UNIMPLEMENTED]: verdict({ ambiguous: false }),
  // The contract answers a repeated reservation with OK; whatever exists here, it exists.
  [status.ALREADY_EXISTS]: verdict({ unhealthy: false }),
  // Overload: a retry would feed it. It is also what a proxy says after the server has begun.
  [status.RESOURCE_EXHAUSTED]: verdict({}),
  // A transaction that collided may be repeated by the server itself; from outside its end is unknown.
  [status.ABORTED]: verdict({}),
  // Said after a commit as easily as before it: the crash that Schrödinger plays.
  [status.INTERNAL]: verdict({}),
  [status.DATA_LOSS]: verdict({}),
  // No connection, or one that broke under the call. The call is keyed, so repeating it is safe and usually heals.
  [status.UNAVAILABLE]: verdict({ retry: 'yes' }),
};

/** Errors of the socket itself, should one surface without a gRPC status. */
const socketVerdicts: Readonly<Record<string, CallVerdict>> = {
  ECONNREFUSED: verdict({ ambiguous: false, retry: 'yes' }),
  ECONNRESET: verdict({ retry: 'yes' }),
  EPIPE: verdict({ retry: 'yes' }),
  ETIMEDOUT: verdict({ retry: 'if_time', verifyReason: 'grpc_timeout' }),
};

/** The code that opossum gives to a call it did not let through. */
const BREAKER_OPEN = 'EOPENBREAKER';
const breakerVerdict = verdict({ ambiguous: false, verifyReason: 'circuit_open', unhealthy: false });

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** True when the circuit breaker refused the call, so that nothing was sent. */
export const isBreakerOpen = (error: unknown): boolean => codeOf(error) === BREAKER_OPEN;

/** What an error means. One that nobody foresaw proves nothing, so it counts as ambiguous. */
export function classifyCallError(error: unknown): CallVerdict {
  if (isBreakerOpen(error)) return breakerVerdict;
  const code = codeOf(error);
  if (typeof code === 'string') return socketVerdicts[code] ?? grpcVerdicts[status.UNKNOWN];
  const known = Object.entries(grpcVerdicts).find(([number]) => Number(number) === code);
  return known?.[1] ?? grpcVerdicts[status.UNKNOWN];
}
