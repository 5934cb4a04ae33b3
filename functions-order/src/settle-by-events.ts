import type { EventData, ReservationFacts } from '@valerix/contracts/events';
import type { HeardEvent } from '@valerix/platform/consumer';
import { passCrashPoint } from '@valerix/platform/crash-points';
import type { Logger } from '@valerix/platform/logger';
import type { Outbox } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import { inSpans } from '@valerix/platform/telemetry/spans';
import { decide } from './domain/decide.ts';
import type { Order } from './domain/order.ts';
import type { OrderInput } from './domain/order-input.ts';
import type { SweepSchedule } from './domain/sweep-schedule.ts';
import { logChanges } from './order-log.ts';
import { changeOrders, type OrderChange, orderChange } from './store/change-orders.ts';
import { readOrders } from './store/read-orders.ts';

export interface SettleByEventsOptions {
  readonly database: Database;
  readonly logger: Logger;
  readonly outbox: Pick<Outbox, 'publish'>;
  readonly schedule: SweepSchedule;
  readonly now: () => Date;
}

/** An event that is well-formed and still cannot be acted on. */
export class UnusableEvent extends Error {
  override name = 'UnusableEvent';
}

interface Pending {
  readonly orderId: string;
  readonly input: OrderInput;
  readonly traceparent: string | null;
}

/** More rounds than any batch needs in which every order wins at least one of its changes. */
const MAX_ROUNDS = 50;

/**
 * Applies what the Inventory service says to the orders it is about. A batch costs one read and one write however many
 * events it has; an order that several of them change takes one more round for each. Every round writes what it decided
 * in one statement, so a batch that fails half way can be delivered again.
 */
export function makeSettleByEvents(options: SettleByEventsOptions): (events: readonly HeardEvent[]) => Promise<void> {
  const { database, outbox, logger, schedule, now } = options;

  return async (events) => {
    let waiting = events.flatMap(pendingOf);
    const orders = await readOrders(
      database.query,
      waiting.map((pending) => pending.orderId),
    );
    // An order that this service does not know is none of its business: stock can be reserved by others.
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const at = now();
      const changes: OrderChange[] = [];
      const later: Pending[] = [];
      const deciding = new Map<string, Pending>();
      for (const pending of waiting) {
        const order = orders.get(pending.orderId);
        if (order === undefined) continue;
        if (deciding.has(pending.orderId)) {
          later.push(pending);
          continue;
        }
        const decision = decide(order, pending.input, { now: at, schedule });
        if (decision.kind !== 'transition' && decision.kind !== 'annotate') continue;
        deciding.set(pending.orderId, pending);
        changes.push(orderChange(order, decision.next, decision.events, at));
      }
      if (changes.length === 0) return;
      const held = await inSpans(
        () => 'settle orders',
        { kind: 'client', attributes: { 'db.system.name': 'postgresql', 'db.query.summary': 'settle orders' } },
        [...deciding.values()].map((pending) => pending.traceparent),
        () => changeOrders(database.query, changes),
      );
      passCrashPoint('order.after-events-commit');
      const written = changes.filter((_, index) => held[index]);
      logChanges(logger, written);
      void outbox.publish(written.flatMap((change) => change.events));
      const lost = await settleRound(changes, held, orders);
      waiting = [...lost.flatMap((orderId) => deciding.get(orderId) ?? []), ...later];
      if (waiting.length === 0) return;
    }
    throw new Error(`${waiting.length} events still found their orders changing after ${MAX_ROUNDS} rounds`);
  };

  /** Brings `orders` up to date after a round; answers the ids of those that had moved on and were read again. */
  async function settleRound(changes: readonly OrderChange[], held: readonly boolean[], orders: Map<string, Order>) {
    const lost: string[] = [];
    for (const [index, { next }] of changes.entries()) {
      if (held[index]) orders.set(next.orderId, next);
      else lost.push(next.orderId);
    }
    for (const [orderId, order] of await readOrders(database.query, lost)) orders.set(orderId, order);
    return lost;
  }
}

function pendingOf(event: HeardEvent): Pending[] {
  const traceparent = event.traceparent ?? null;
  if (event.eventType === 'StockReserved') {
    const { orderId, reservation } = event.data;
    return [{ orderId: orderId.toLowerCase(), input: { kind: 'stock_reserved', reservation }, traceparent }];
  }
  if (event.eventType === 'OrderVerified') {
    return [{ orderId: event.data.orderId.toLowerCase(), input: verdictOf(event.data), traceparent }];
  }
  return [];
}

function verdictOf(data: EventData<'OrderVerified'>): OrderInput {
  if (data.status === 'confirmed') {
    return { kind: 'verified', reservation: reservationOf(data), recoveredFromCrash: data.recoveredFromCrash };
  }
  const { reason = 'rejected', productId = null, availableStock = null } = data;
  return { kind: 'verified_failed', refusal: { reason, productId, availableStock } };
}

function reservationOf({ orderId, reservation, reservationId }: EventData<'OrderVerified'>): ReservationFacts {
  if (reservation !== undefined) return reservation;
  // A reservation without its lines still confirms the order; it then shows no prices.
  if (reservationId !== undefined) return { reservationId, lines: [] };
  throw new UnusableEvent(`order ${orderId} is said to be confirmed, but by no reservation`);
}
