import { setTimeout as delay } from 'node:timers/promises';
import type { app } from '@azure/functions';
import { makeDatabaseExports } from '@valerix/backup/database-exports';
import { HEALTH_PROBE_PRODUCT } from '@valerix/contracts/health';
import { subscriptions, topics } from '@valerix/contracts/topology';
import { makeAdmission } from '@valerix/platform/admission';
import { makeRefusalTurns } from '@valerix/platform/admission-refusals';
import { makeConsumer } from '@valerix/platform/consumer';
import { armCrashPoint } from '@valerix/platform/crash-points';
import { makeDeadLetterHandlers } from '@valerix/platform/dead-letters/dead-letter-handlers';
import { makeDeadLetters } from '@valerix/platform/dead-letters/dead-letters';
import { SECOND } from '@valerix/platform/durations';
import { makeHealth } from '@valerix/platform/health';
import { makeHttpApp } from '@valerix/platform/http';
import { type Logger, makeLogger } from '@valerix/platform/logger';
import { type Broker, makeMessaging } from '@valerix/platform/messaging';
import { makeOutbox } from '@valerix/platform/outbox';
import { openDatabase } from '@valerix/platform/postgres';
import { makeClientUrl } from '@valerix/platform/push/client-url';
import type { Telemetry } from '@valerix/platform/telemetry/telemetry';
import { makeWatch } from '@valerix/platform/watch';
import { makeBooksCheck } from '@valerix/reconciler/books-check';
import { checkOrders } from '@valerix/reconciler/check-orders';
import { makeAbandonedOrders } from './abandoned-orders.ts';
import { makeChangeOrder } from './change-order.ts';
import type { OrderConfig } from './config.ts';
import type { SweepSchedule } from './domain/sweep-schedule.ts';
import { makeBreaker } from './inventory/breaker.ts';
import { classifyCallError } from './inventory/grpc-classification.ts';
import { makeInventoryClient } from './inventory/inventory-client.ts';
import { makeReserveStock } from './inventory/reserve-stock.ts';
import { makeOrderMetrics } from './order-metrics.ts';
import { prepareOrdersDatabase } from './orders-schema.ts';
import { makePlaceOrder } from './place-order.ts';
import { makeSettleByEvents } from './settle-by-events.ts';
import { makeCreateOrder } from './store/create-orders.ts';
import { makeReadOrderWithHistory } from './store/order-history.ts';
import { makeReadOrder } from './store/read-orders.ts';
import { makeSweepOrders } from './sweep-orders.ts';

export const SERVICE = 'order';

/** Where functions are registered: `app` of @azure/functions. */
type Triggers = Pick<typeof app, 'http' | 'timer' | 'serviceBusTopic'>;

export interface Surroundings {
  readonly triggers: Triggers;
  readonly telemetry: Telemetry;
  readonly logger?: Logger;
  readonly messaging?: Broker;
  readonly now?: () => Date;
}

/** What the functions are made of: every part of the Order service, wired once per process. */
export type OrderService = ReturnType<typeof composeOrderService>;

export function composeOrderService(config: OrderConfig, surroundings: Surroundings) {
  const { triggers, telemetry, now = () => new Date() } = surroundings;
  const { metrics, logSink } = telemetry;
  const logger = surroundings.logger ?? makeLogger(SERVICE, config.LOG_LEVEL, console.log, logSink);
  armCrashPoint(config.crashPoint, logger);
  const messaging = surroundings.messaging ?? makeMessaging(config.ServiceBusConnection);
  const database = openDatabase({
    url: config.ORDERS_DATABASE_URL,
    authentication: config.DATABASE_AUTHENTICATION,
    maxConnections: config.DATABASE_MAX_CONNECTIONS,
    logger,
    prepare: prepareOrdersDatabase,
  });
  const outbox = makeOutbox({ database, messaging, logger });
  const inventory = makeInventoryClient(config.INVENTORY_GRPC_URL);
  const breaker = makeBreaker({
    errorPercent: config.BREAKER_ERROR_PERCENT,
    windowMs: config.BREAKER_WINDOW_MS,
    minCalls: config.BREAKER_MIN_CALLS,
    resetMs: config.BREAKER_RESET_MS,
    countsAsFailure: (error) => classifyCallError(error).unhealthy,
  });
  const watch = makeWatch({
    service: SERVICE,
    storage: config.StorageConnection,
    messaging,
    metrics,
    logger,
    checkHealth: () => checkHealth(),
    breakerState: breaker.state,
  });
  breaker.onChange((state) => {
    logger.warn('circuit_breaker_changed', { state });
    watch.breakerChanged(state);
  });
  const admission = makeAdmission({
    maxInFlight: config.ORDER_MAX_IN_FLIGHT,
    maxWaiting: config.ORDER_MAX_WAITING,
    maxWaitMs: config.ORDER_MAX_WAIT_MS,
    overloadWaitMs: config.ORDER_OVERLOAD_WAIT_MS,
  });
  const orderMetrics = makeOrderMetrics({ metrics, breaker, database, outbox, admission });
  const checkHealth = makeHealth({
    service: SERVICE,
    logger,
    probes: {
      database: () => database.query('SELECT FROM orders LIMIT 1'),
      serviceBus: () => messaging.probe(topics.inventoryEvents, subscriptions.orderService),
      // The answer comes out of the Inventory service's own tables, though there is no such product.
      inventoryGrpc: () => inventory.checkStock(HEALTH_PROBE_PRODUCT, { deadline: Date.now() + 1 * SECOND }),
    },
  });

  const schedule: SweepSchedule = {
    askAtAgesMs: config.SWEEP_AGES_MS,
    giveUpAtAgeMs: config.SWEEP_GIVE_UP_MS,
  };
  const readOrder = makeReadOrder(database);
  const changeOrder = makeChangeOrder({ database, logger, outbox, readOrder, schedule, now });
  const abandoned = makeAbandonedOrders({ changeOrder, logger, now });
  const reserveStock = makeReserveStock({
    client: inventory,
    breaker,
    policy: {
      budgetMs: config.INVENTORY_BUDGET_MS,
      attemptTimeoutMs: config.INVENTORY_ATTEMPT_TIMEOUT_MS || config.INVENTORY_BUDGET_MS,
      maxAttempts: config.INVENTORY_MAX_ATTEMPTS,
      backoffMs: config.INVENTORY_BACKOFF_MS,
    },
    clock: { now: Date.now, wait: delay, random: Math.random },
    logger,
    count: orderMetrics.inventoryCalled,
  });

  return {
    config,
    triggers,
    logger,
    http: makeHttpApp({ register: triggers.http, logger, metrics, onFinished: watch.requestFinished }),
    database,
    outbox,
    metrics,
    orderMetrics,
    admission,
    refusalTurn: makeRefusalTurns(),
    now,
    readOrder,
    clientUrl: makeClientUrl(config.WebPubSubConnectionString),
    readOrderWithHistory: makeReadOrderWithHistory(database),
    changeOrder,
    placeOrder: makePlaceOrder({
      createOrder: makeCreateOrder(database, outbox),
      changeOrder,
      readOrder,
      reserveStock,
      abandoned,
      schedule,
      databaseBudgetMs: config.ORDER_DATABASE_BUDGET_MS,
      replayWaitMs: config.IDEMPOTENCY_WAIT_MS,
      logger,
      now,
      wait: delay,
    }),
    sweepOrders: makeSweepOrders({ database, outbox, logger, schedule, now }),
    consumeInventoryEvents: makeConsumer({
      entity: topics.inventoryEvents,
      reader: subscriptions.orderService,
      database,
      messaging,
      logger,
      handle: makeSettleByEvents({ database, logger, outbox, schedule, now }),
    }),
    deadLetters: makeDeadLetterHandlers(
      makeDeadLetters({
        readers: [{ entity: topics.inventoryEvents, reader: subscriptions.orderService }],
        database,
        broker: messaging,
        metrics,
        logger,
      }),
      logger,
    ),
    checkBooks: makeBooksCheck({
      examine: (limits) => checkOrders(database.query, limits),
      metrics,
      logger,
      limits: { giveUpMs: config.SWEEP_GIVE_UP_MS },
    }),
    databaseExports: makeDatabaseExports({
      service: SERVICE,
      databaseUrl: config.ORDERS_DATABASE_URL,
      authentication: config.DATABASE_AUTHENTICATION,
      storage: config.StorageConnection,
      logger,
      now,
    }),
    checkHealth,
    watch,
    async close() {
      await watch.stop();
      abandoned.close();
      breaker.close();
      inventory.close();
      await Promise.all([database.close(), messaging.close()]);
      await telemetry.close();
    },
  };
}
