import type { AnyEvent, EventData, EventType } from '@valerix/contracts/events';
import type { OrderStatus } from '@valerix/contracts/order';

/** The moment at which the tests of this page play, unless they say otherwise. */
export const NOON = Date.parse('2030-01-01T12:00:00.000Z');

let ids = 0;

/** An id that differs from all others and is the same in each run. */
export function makeId(): string {
  ids += 1;
  return `00000000-0000-4000-8000-${ids.toString(16).padStart(12, '0')}`;
}

export function makeEvent<T extends EventType>(eventType: T, data: EventData<T>, at = NOON): AnyEvent {
  return { eventType, eventId: makeId(), timestamp: new Date(at).toISOString(), data } as AnyEvent;
}

const typeOf = {
  pending: 'OrderCreated',
  confirmed: 'OrderConfirmed',
  cancelled: 'OrderCancelled',
  shipped: 'OrderShipped',
} as const;

export function orderEvent(orderId: string, orderVersion: number, status: keyof typeof typeOf, at = NOON): AnyEvent {
  const order = {
    orderId,
    orderVersion,
    customerId: null,
    items: [{ productId: 'beans', quantity: 2 }],
    status: status as OrderStatus,
  };
  if (status !== 'confirmed') return makeEvent(typeOf[status], order, at);
  return makeEvent('OrderConfirmed', { ...order, reservationId: makeId(), recoveredFromCrash: false }, at);
}

export function reservedEvent(productId: string, stockVersion: number, remainingStock: number): AnyEvent {
  const reservationId = makeId();
  const lines = [{ productId, quantity: 1, name: productId, unitPriceMinor: 100, currency: 'EUR' }];
  return makeEvent('StockReserved', {
    orderId: makeId(),
    productId,
    quantity: 1,
    remainingStock,
    stockVersion,
    reservationId,
    reservation: { reservationId, lines },
  });
}

interface Measured {
  readonly service?: string;
  readonly operation?: string;
  readonly averageMs: number;
  readonly count: number;
  readonly errors?: number;
  readonly p95Ms?: number;
}

/** What a service says of one operation in one second. */
export function responseTime(at: number, measured: Measured): AnyEvent {
  const { service = 'order', operation = 'orders-create', averageMs, count, errors = 0, p95Ms = averageMs } = measured;
  return makeEvent(
    'ResponseTime',
    {
      service,
      operation,
      durationMs: averageMs,
      success: errors === 0,
      count,
      p95Ms,
      maxMs: p95Ms,
      errorCount: errors,
    },
    at,
  );
}
