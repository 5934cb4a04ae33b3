import { z } from 'zod';
import { alertFacts, breakerState } from './alerts-api.ts';
import { chaosSettings } from './chaos-api.ts';
import { failureReason, orderStatus, pricedLine } from './order.ts';
import { type EntityName, queues, topics } from './topology.ts';

const uuid = z.uuid();
const count = z.int().min(0);
/** The product's version after the change; a reader ignores what is older than what it knows. */
const stockVersion = z.int().min(0);
const line = z.object({ productId: z.string(), quantity: z.int().min(1) });

/** What a reservation holds; `lines` carry the name and price that each product had when it was reserved. */
export const reservationFacts = z.object({ reservationId: uuid, lines: z.array(pricedLine).min(1) });
export type ReservationFacts = z.infer<typeof reservationFacts>;

const order = z.object({
  orderId: uuid,
  orderVersion: z.int().min(1),
  customerId: z.string().nullable(),
  items: z.array(line),
  status: orderStatus,
});

export const verifyReasons = ['grpc_timeout', 'connection_error', 'circuit_open'] as const;
export type VerifyReason = (typeof verifyReasons)[number];

/** The data of every event and message, by its type; `entities` below says where each travels. */
export const eventData = {
  StockReserved: z.object({
    orderId: uuid,
    productId: z.string(),
    quantity: z.int().min(1),
    remainingStock: count,
    stockVersion,
    reservationId: uuid,
    reservation: reservationFacts,
  }),
  StockReleased: z.object({
    orderId: uuid,
    productId: z.string(),
    quantity: z.int().min(1),
    newStock: count,
    stockVersion,
    reservationId: uuid,
    reason: z.string(),
  }),
  OrderVerified: z.object({
    orderId: uuid,
    status: z.enum(['confirmed', 'failed']),
    reservationId: uuid.optional(),
    reservation: reservationFacts.optional(),
    reason: failureReason.optional(),
    productId: z.string().optional(),
    availableStock: count.optional(),
    recoveredFromCrash: z.boolean(),
  }),
  LowStockAlert: z.object({ productId: z.string(), currentStock: count, threshold: count, stockVersion }),
  StockAdjusted: z.object({
    productId: z.string(),
    name: z.string(),
    unitPriceMinor: z.int(),
    currency: z.string(),
    delta: z.int(),
    newStock: count,
    stockVersion,
    reason: z.enum(['created', 'restocked', 'details_changed']),
  }),
  OrderCreated: order,
  OrderPendingVerification: order.extend({ reason: z.enum([...verifyReasons, 'interrupted']) }),
  OrderConfirmed: order.extend({ reservationId: uuid, recoveredFromCrash: z.boolean() }),
  OrderFailed: order.extend({
    reason: failureReason,
    requestedQuantity: z.int().optional(),
    availableStock: count.optional(),
  }),
  OrderCancelled: order,
  OrderShipped: order,
  VerifyOrder: z.object({
    orderId: uuid,
    items: z.array(line).min(1),
    originalRequestTime: z.iso.datetime(),
    reason: z.enum(verifyReasons),
  }),
  ResponseTime: z.object({
    service: z.string(),
    operation: z.string(),
    durationMs: z.number(),
    success: z.boolean(),
    count,
    p95Ms: z.number(),
    maxMs: z.number(),
    errorCount: count,
  }),
  ErrorOccurred: z.object({ service: z.string(), operation: z.string(), code: z.string(), count }),
  HealthChanged: z.object({ service: z.string(), dependency: z.string(), healthy: z.boolean() }),
  CircuitBreakerChanged: z.object({ service: z.string(), state: breakerState }),
  AlertChanged: alertFacts,
  /** At most one a second and fault; `count` says for how many calls it stands, `delayMs` the longest of their delays. */
  ChaosInjected: z.object({
    service: z.string(),
    fault: z.string(),
    delayMs: z.number().optional(),
    count: z.int().min(1).optional(),
  }),
  /** What is in force from now on, because an operator said so or because what an operator set has expired. */
  ChaosChanged: chaosSettings.extend({
    cause: z.enum(['operator', 'expiry']),
    expiresAt: z.iso.datetime().nullable(),
    updatedAt: z.iso.datetime(),
  }),
} as const;

export type EventType = keyof typeof eventData;
export type EventData<T extends EventType> = z.infer<(typeof eventData)[T]>;

const inventoryEvents = ['StockReserved', 'StockReleased', 'OrderVerified', 'LowStockAlert', 'StockAdjusted'] as const;
const metricEvents = [
  'ResponseTime',
  'ErrorOccurred',
  'HealthChanged',
  'CircuitBreakerChanged',
  'AlertChanged',
  'ChaosInjected',
  'ChaosChanged',
] as const;

/** The topic or queue on which an event travels. */
export function entityOf(type: EventType): EntityName {
  if (type === 'VerifyOrder') return queues.verifyOrders;
  if ((inventoryEvents as readonly EventType[]).includes(type)) return topics.inventoryEvents;
  if ((metricEvents as readonly EventType[]).includes(type)) return topics.systemMetrics;
  return topics.orderEvents;
}

/** A copy sent again by its own reader carries how often it was tried; a first delivery carries nothing. */
const redelivery = z.object({ attempt: z.int().min(1), firstDeliveredAt: z.iso.datetime() });
export type Redelivery = z.infer<typeof redelivery>;

/** `eventId` is also the Service Bus message id, `eventType` the subject. */
export interface EventEnvelope<T extends EventType = EventType> {
  readonly eventType: T;
  readonly eventId: string;
  readonly timestamp: string;
  readonly data: EventData<T>;
  readonly redelivery?: Redelivery | undefined;
}

/** An envelope whose type says which data it holds, for `switch (event.eventType)`. */
export type AnyEvent = { [T in EventType]: EventEnvelope<T> }[EventType];

const head = z.object({
  eventType: z.string(),
  eventId: uuid,
  timestamp: z.iso.datetime(),
  data: z.unknown(),
  redelivery: redelivery.optional(),
});

export type ParsedEvent = { kind: 'event'; event: AnyEvent } | { kind: 'unreadable'; detail: string };

/** Reads what arrived from the bus; anything that is not a well-formed event of a known type is `unreadable`. */
export function parseEvent(body: unknown): ParsedEvent {
  const envelope = head.safeParse(body);
  if (!envelope.success) return { kind: 'unreadable', detail: z.prettifyError(envelope.error) };
  const { eventType } = envelope.data;
  if (!Object.hasOwn(eventData, eventType)) return { kind: 'unreadable', detail: `Unknown event type '${eventType}'.` };
  const data = eventData[eventType as EventType].safeParse(envelope.data.data);
  if (!data.success) return { kind: 'unreadable', detail: `${eventType}: ${z.prettifyError(data.error)}` };
  return { kind: 'event', event: { ...envelope.data, data: data.data } as AnyEvent };
}
