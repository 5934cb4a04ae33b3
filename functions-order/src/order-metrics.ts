import { setTimeout as delay } from 'node:timers/promises';
import type { OrderStatus } from '@valerix/contracts/order';
import type { Admission, RefusalReason } from '@valerix/platform/admission';
import { SECOND } from '@valerix/platform/durations';
import type { Metrics } from '@valerix/platform/metrics';
import type { Outbox } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import { type Breaker, breakerStates } from './inventory/breaker.ts';
import type { CallStatus } from './inventory/reserve-stock.ts';
import { retryWithin } from './retry-within.ts';

export interface OrderMetrics {
  /** An order was taken and answered with this status; `seconds` since its request arrived. */
  orderPlaced(status: OrderStatus, seconds: number): void;
  /** An order was turned away before any work was done for it. */
  orderRefused(reason: RefusalReason): void;
  inventoryCalled(status: CallStatus): void;
}

export interface OrderMetricsOptions {
  readonly metrics: Metrics;
  readonly breaker: Pick<Breaker, 'state'>;
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'depth'>;
  readonly admission: Pick<Admission, 'inFlight' | 'waiting'>;
}

const unsettledSql = `
  SELECT status, count(*)::int AS orders, extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds
  FROM orders WHERE status IN ('pending', 'pending_verification') GROUP BY status`;

interface Unsettled {
  readonly status: OrderStatus;
  readonly orders: number;
  readonly oldest_seconds: number;
}

const READ_BUDGET_MS = 1 * SECOND;

/** What the Order service measures; the exporter appends `_total` to counters. */
export function makeOrderMetrics(options: OrderMetricsOptions): OrderMetrics {
  const {
    metrics: { meter },
    breaker,
    database,
    outbox,
    admission,
  } = options;
  const created = meter.createCounter('orders_created', {
    description: 'Orders by the status they were answered with.',
  });
  const calls = meter.createCounter('inventory_calls', { description: 'Attempts to reserve stock by how they ended.' });
  const processing = meter.createHistogram('order_processing_duration_seconds', {
    description: 'Time from the arrival of an order to its answer.',
    unit: 's',
  });
  const refused = meter.createCounter('orders_refused', {
    description: 'Orders that were turned away because too many came at once.',
  });
  meter
    .createObservableGauge('orders_in_flight', { description: 'Orders that are worked on at this moment.' })
    .addCallback((gauge) => gauge.observe(admission.inFlight()));
  meter
    .createObservableGauge('orders_waiting', { description: 'Orders that wait until they are worked on.' })
    .addCallback((gauge) => gauge.observe(admission.waiting()));
  meter
    .createObservableGauge('circuit_breaker_state', { description: '0 closed, 1 open, 2 half-open.' })
    .addCallback((gauge) => gauge.observe(breakerStates[breaker.state()]));

  const unsettled = meter.createObservableGauge('orders_unsettled', { description: 'Orders without an outcome yet.' });
  const unsettledAge = meter.createObservableGauge('orders_unsettled_oldest_seconds', {
    description: 'Age of the oldest order without an outcome.',
  });
  const unsent = meter.createObservableGauge('outbox_depth', { description: 'Events that are not sent yet.' });
  const unsentAge = meter.createObservableGauge('outbox_oldest_seconds', {
    description: 'Age of the oldest event that is not sent yet.',
  });
  meter.addBatchObservableCallback(
    async (observer) => {
      // Without the database these four are missing from an answer that still tells everything else.
      const [counted, depth] = await retryWithin({ budgetMs: READ_BUDGET_MS, now: Date.now, wait: delay }, () =>
        Promise.all([database.query<Unsettled>(unsettledSql), outbox.depth()]),
      );
      for (const status of ['pending', 'pending_verification'] as const) {
        const row = counted.find((candidate) => candidate.status === status);
        observer.observe(unsettled, row?.orders ?? 0, { status });
        observer.observe(unsettledAge, row?.oldest_seconds ?? 0, { status });
      }
      observer.observe(unsent, depth.rows);
      observer.observe(unsentAge, depth.oldestSeconds);
    },
    [unsettled, unsettledAge, unsent, unsentAge],
  );

  return {
    orderPlaced(status, seconds) {
      created.add(1, { status });
      processing.record(seconds, { status });
    },
    orderRefused: (reason) => refused.add(1, { reason }),
    inventoryCalled: (status) => calls.add(1, { status }),
  };
}
