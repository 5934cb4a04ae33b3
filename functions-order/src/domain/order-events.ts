import type { EventData, EventType, ReservationFacts, VerifyReason } from '@valerix/contracts/events';
import type { FailureReason } from '@valerix/contracts/order';
import type { Order, UnsettledReason } from './order.ts';

/** An event as the domain states it: its type and data. Ids and times are given when it is written. */
export type DomainEvent = { [T in EventType]: { readonly type: T; readonly data: EventData<T> } }[EventType];

const lines = (order: Order) => order.items.map(({ productId, quantity }) => ({ productId, quantity }));

const about = (order: Order) => ({
  orderId: order.orderId,
  orderVersion: order.version,
  customerId: order.customerId,
  items: lines(order),
  status: order.status,
});

export const orderCreated = (order: Order): DomainEvent => ({ type: 'OrderCreated', data: about(order) });
export const orderCancelled = (order: Order): DomainEvent => ({ type: 'OrderCancelled', data: about(order) });
export const orderShipped = (order: Order): DomainEvent => ({ type: 'OrderShipped', data: about(order) });

export const orderPendingVerification = (order: Order, reason: UnsettledReason): DomainEvent => ({
  type: 'OrderPendingVerification',
  data: { ...about(order), reason },
});

export const orderConfirmed = (
  order: Order,
  { reservationId }: Pick<ReservationFacts, 'reservationId'>,
): DomainEvent => ({
  type: 'OrderConfirmed',
  data: { ...about(order), reservationId, recoveredFromCrash: order.recoveredFromCrash },
});

export const orderFailed = (order: Order, reason: FailureReason): DomainEvent => ({
  type: 'OrderFailed',
  data: {
    ...about(order),
    reason,
    ...(order.requestedQuantity !== null && { requestedQuantity: order.requestedQuantity }),
    ...(order.availableStock !== null && { availableStock: order.availableStock }),
  },
});

/** The question to the Inventory service what became of an order's reservation. */
export const verifyOrder = (order: Order, reason: UnsettledReason): DomainEvent => ({
  type: 'VerifyOrder',
  data: {
    orderId: order.orderId,
    items: lines(order),
    originalRequestTime: order.createdAt.toISOString(),
    reason: askedBecause(reason),
  },
});

/** The queue knows three reasons; an interrupted request is a connection that nobody heard the end of. */
const askedBecause = (reason: UnsettledReason): VerifyReason =>
  reason === 'interrupted' ? 'connection_error' : reason;
