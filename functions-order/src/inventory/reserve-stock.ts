import { type ReservationFacts, reservationFacts } from '@valerix/contracts/events';
import { Reason, type ReserveStockRequest, type ReserveStockResponse } from '@valerix/contracts/grpc';
import type { FailureReason } from '@valerix/contracts/order';
import { describeError, type Logger } from '@valerix/platform/logger';
import { makeSparseWarning } from '@valerix/platform/sparse-warning';
import type { Order } from '../domain/order.ts';
import type { OrderInput, Refusal } from '../domain/order-input.ts';
import type { Breaker } from './breaker.ts';
import { classifyCallError, isBreakerOpen } from './grpc-classification.ts';
import type { InventoryClient } from './inventory-client.ts';
import { type RetryClock, type RetryPolicy, withRetries } from './retry-policy.ts';

/** What the order learns from its reservation call; it never rejects. */
type ReservationOutcome = Extract<OrderInput, { kind: 'reserved' | 'refused' | 'outcome_unknown' }>;
/** `waitedMs`: how long the order waited for its turn before, which counts against its budget. */
export type ReserveStock = (order: Order, waitedMs?: number) => Promise<ReservationOutcome>;

/** How one attempt ended, for the metric `inventory_calls_total`. */
export type CallStatus = 'success' | 'failed' | 'timeout' | 'circuit_open';

export interface ReserveStockOptions {
  readonly client: Pick<InventoryClient, 'reserveStock'>;
  readonly breaker: Pick<Breaker, 'run'>;
  readonly policy: RetryPolicy;
  readonly clock: RetryClock;
  readonly logger: Logger;
  readonly count: (status: CallStatus) => void;
}

const refusalReasons: Readonly<Record<Reason, FailureReason>> = {
  [Reason.UNSPECIFIED]: 'rejected',
  [Reason.INSUFFICIENT_STOCK]: 'insufficient_stock',
  [Reason.UNKNOWN_PRODUCT]: 'unknown_product',
  [Reason.FENCED]: 'fenced',
  [Reason.SHIPPED]: 'rejected',
};

/** The part of the budget that is left to an order however long it waited: a warehouse that works answers within it. */
const LEAST_SHARE_OF_BUDGET = 0.25;

/**
 * The policy for an order that waited for its turn: what the shopper waits for the whole of it stays within the budget,
 * or within a quarter more than the wait.
 */
function policyAfterWaiting(policy: RetryPolicy, waitedMs: number): RetryPolicy {
  const budgetMs = Math.max(policy.budgetMs - waitedMs, policy.budgetMs * LEAST_SHARE_OF_BUDGET);
  return { ...policy, budgetMs };
}

/** Asks for an order's stock inside the budget, through the breaker, every attempt under the order's id. */
export function makeReserveStock(options: ReserveStockOptions): ReserveStock {
  const { client, breaker, policy, clock, logger, count } = options;
  const warnUnclear = makeSparseWarning(logger, 'reservation_unclear', { now: clock.now });

  return async (order, waitedMs = 0) => {
    const request = requestOf(order);
    let lastSent: unknown;
    const attempt = async (deadline: number): Promise<ReserveStockResponse> => {
      try {
        const response = await breaker.run(() => client.reserveStock(request, { deadline }));
        count('success');
        return response;
      } catch (error) {
        count(statusOf(error));
        if (!isBreakerOpen(error)) lastSent = error;
        throw error;
      }
    };
    try {
      return outcomeOf(
        order,
        await withRetries(policyAfterWaiting(policy, waitedMs), clock, classifyCallError, attempt),
      );
    } catch (last) {
      // A breaker that opened between two attempts does not undo what the one before may have done.
      const error = lastSent ?? last;
      const { outcome, verifyReason } = classifyCallError(error);
      warnUnclear({ orderId: order.orderId, reason: verifyReason, error: describeError(error) });
      if (outcome === 'verify') return { kind: 'outcome_unknown', reason: verifyReason };
      return { kind: 'refused', refusal: { reason: 'rejected', productId: null, availableStock: null } };
    }
  };
}

function requestOf({ orderId, items }: Order): ReserveStockRequest {
  const lines = items.map(({ productId, quantity }) => ({ productId, quantity }));
  const [only, ...more] = lines;
  if (only !== undefined && more.length === 0) return { orderId, ...only, lines: [] };
  return { orderId, productId: '', quantity: 0, lines };
}

function statusOf(error: unknown): CallStatus {
  const { verifyReason } = classifyCallError(error);
  if (verifyReason === 'circuit_open') return 'circuit_open';
  return verifyReason === 'grpc_timeout' ? 'timeout' : 'failed';
}

function outcomeOf(order: Order, response: ReserveStockResponse): ReservationOutcome {
  if (!response.success) return { kind: 'refused', refusal: refusalOf(order, response) };
  const { reservationId, lines } = response;
  const facts = reservationFacts.safeParse({ reservationId, lines } satisfies ReservationFacts);
  // Reserved, but nobody could say what: verification asks for it again in full.
  if (!facts.success) return { kind: 'outcome_unknown', reason: 'connection_error' };
  return { kind: 'reserved', reservation: facts.data };
}

function refusalOf(order: Order, response: ReserveStockResponse): Refusal {
  const { refusedProductId, remainingStock } = response;
  const reason = reasonOf(order, response);
  return {
    reason,
    productId: refusedProductId || null,
    availableStock: reason === 'insufficient_stock' ? Math.max(remainingStock, 0) : null,
  };
}

function reasonOf({ items }: Order, { reason, remainingStock }: ReserveStockResponse): FailureReason {
  const [only, ...more] = items;
  // A server that speaks only the first three fields of the answer gives no reason, but the stock that is left.
  const lacking = only !== undefined && more.length === 0 && remainingStock < only.quantity;
  if (reason === Reason.UNSPECIFIED && lacking) return 'insufficient_stock';
  // A newer server may know reasons that this client does not.
  return refusalReasons[reason] ?? 'rejected';
}
