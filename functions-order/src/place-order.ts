import { randomUUID } from 'node:crypto';
import type { OrderRequest } from '@valerix/contracts/order-api';
import { passCrashPoint } from '@valerix/platform/crash-points';
import type { Logger } from '@valerix/platform/logger';
import { isUnavailable } from '@valerix/platform/postgres-errors';
import type { AbandonedOrders } from './abandoned-orders.ts';
import type { ChangeOrder } from './change-order.ts';
import { newOrder, type Order } from './domain/order.ts';
import { firstCheckAt, type SweepSchedule } from './domain/sweep-schedule.ts';
import { claimOf } from './idempotency.ts';
import type { ReserveStock } from './inventory/reserve-stock.ts';
import { logCreation } from './order-log.ts';
import { retryWithin } from './retry-within.ts';
import { type CreateOrder, type Creation, KeyVanished, orderIntent } from './store/create-orders.ts';
import type { ReadOrder } from './store/read-orders.ts';

export type Placement =
  /** The order is recorded, whatever its status; `replayed`: by an earlier request with the same key. */
  | { readonly kind: 'placed'; readonly order: Order; readonly replayed: boolean }
  | { readonly kind: 'key_reused'; readonly orderId: string }
  /** Nothing was reserved. */
  | { readonly kind: 'not_recorded'; readonly cause: unknown };

interface Wanted {
  readonly request: OrderRequest;
  readonly key: string | null;
  readonly traceparent: string;
  /** Milliseconds since the request arrived. */
  readonly waitedMs?: number;
}

export type PlaceOrder = (wanted: Wanted) => Promise<Placement>;

export interface PlaceOrderOptions {
  readonly createOrder: CreateOrder;
  readonly changeOrder: Pick<ChangeOrder, 'known'>;
  readonly readOrder: ReadOrder;
  readonly reserveStock: ReserveStock;
  readonly abandoned: Pick<AbandonedOrders, 'add'>;
  readonly schedule: SweepSchedule;
  /** Milliseconds for which recording an order, or its outcome, is tried while the database is away. */
  readonly databaseBudgetMs: number;
  /** Milliseconds that a replay waits for the request before it. */
  readonly replayWaitMs: number;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly wait: (ms: number) => Promise<unknown>;
}

const FIRST_POLL_MS = 25;
const MAX_POLL_MS = 250;

/**
 * Takes an order. The intent is recorded before stock is asked for, so a crash at any later point leaves an order that
 * the sweep can finish; and once it is recorded, every answer is about that order.
 */
export function makePlaceOrder(options: PlaceOrderOptions): PlaceOrder {
  const { createOrder, changeOrder, readOrder, reserveStock, abandoned, schedule, logger, now, wait } = options;
  const budget = { budgetMs: options.databaseBudgetMs, now: () => now().getTime(), wait };

  const record = async (
    order: Order,
    { request, key }: Wanted,
  ): Promise<Creation | { kind: 'not_recorded'; cause: unknown }> => {
    const intent = orderIntent(order, claimOf(key, request));
    try {
      return await retryWithin(budget, (signal) =>
        createOrder(intent, signal).catch((error: unknown) => {
          if (error instanceof KeyVanished) return createOrder(intent, signal);
          throw error;
        }),
      );
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // With a key, a retry finds the order if it was recorded after all; without one, it would be a second order.
      if (key === null) abandoned.add(order.orderId);
      return { kind: 'not_recorded', cause: error };
    }
  };

  /** Asks for the stock and writes down what came of it. The order is recorded: from here on nothing may fail. */
  const carryOut = async (order: Order, waitedMs: number | undefined): Promise<Order> => {
    passCrashPoint('order.before-reserve');
    const outcome = await reserveStock(order, waitedMs);
    passCrashPoint('order.after-reserve-answer');
    try {
      const settled = await retryWithin(budget, () => changeOrder.known(order, outcome));
      return settled.order;
    } catch (error) {
      // The stock may be reserved, so the order stands as pending until the sweep finishes it.
      logger.error('outcome_not_recorded', { orderId: order.orderId, outcome: outcome.kind, error });
      return order;
    }
  };

  const replay = async (orderId: string): Promise<Order> => {
    const end = now().getTime() + options.replayWaitMs;
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 2, MAX_POLL_MS)) {
      const order = await readOrder(orderId);
      if (order === undefined) throw new Error(`order ${orderId} has a key but does not exist`);
      if (order.status !== 'pending' || now().getTime() + pause > end) return order;
      await wait(pause);
    }
  };

  return async (wanted) => {
    const { request, traceparent } = wanted;
    const createdAt = now();
    const order = newOrder({
      orderId: randomUUID(),
      customerId: request.customerId,
      items: request.items,
      traceparent,
      now: createdAt,
      nextCheckAt: firstCheckAt(createdAt, schedule),
    });
    const creation = await record(order, wanted);
    if (creation.kind === 'created') {
      logCreation(logger, order);
      return { kind: 'placed', order: await carryOut(order, wanted.waitedMs), replayed: false };
    }
    if (creation.kind === 'not_recorded') return creation;
    if (creation.requestHash !== claimOf(wanted.key, request)?.requestHash) {
      return { kind: 'key_reused', orderId: creation.orderId };
    }
    return { kind: 'placed', order: await replay(creation.orderId), replayed: true };
  };
}
