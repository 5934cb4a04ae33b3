import { alertsReport } from '@valerix/contracts/alerts-api';
import { backupsReport } from '@valerix/contracts/backups-api';
import { chaosView } from '@valerix/contracts/chaos-api';
import { productPage } from '@valerix/contracts/inventory-api';
import { mergeAlerts } from '../alerts/alerts.ts';
import { mergeChaos } from '../chaos/chaos.ts';
import { readDeadLetters } from '../dead-letters/dead-letters.ts';
import { mergeBreaker } from '../health/breaker.ts';
import type { CheckHealth } from '../health/check-health.ts';
import { mergeCheck } from '../health/health.ts';
import { mergeOrders, ORDERS_KEPT } from '../orders/orders.ts';
import { missedOutcomes, pendingOf, readOrders, readPendingOrders } from '../orders/read-orders.ts';
import { mergeProducts } from '../stock/stock.ts';
import type { Board } from './board.ts';
import type { BoardStore } from './board-store.ts';
import { loaded, notReloaded } from './loaded.ts';
import { type RepeatedRead, startRepeatedReads } from './repeated-reads.ts';
import { type Caller, CallFailed, messageOf, type ServiceName, serviceNames } from './service-calls.ts';

export interface SnapshotOptions {
  readonly store: BoardStore;
  readonly call: Caller;
  readonly checkHealth: CheckHealth;
  readonly channelIsLive: () => boolean;
}

const OFTEN_MS = 5_000;
const SELDOM_MS = 60_000;
const MISSED_AT_MOST_EVERY_MS = 15_000;
/** As many orders as are kept. */
const THOROUGH_PAGES = ORDERS_KEPT / 100;

const isMissing = (error: unknown): boolean => error instanceof CallFailed && error.status === 404;

/**
 * Reads what has no events of its own every few seconds, and what has events when something may have been missed: each
 * answer is merged by its versions, so it does not matter which of the two was faster.
 */
export function startSnapshots({ store, call, checkHealth, channelIsLive }: SnapshotOptions) {
  /** A failed read keeps what was known and says why it is not fresh. */
  const read = (
    everyMs: () => number,
    run: () => Promise<(board: Board) => Board>,
    failed: FailedRead,
  ): RepeatedRead => ({
    everyMs,
    run: async () => {
      try {
        store.apply(await run());
      } catch (error) {
        store.apply((board) => failed(board, error));
      }
    },
  });
  const whenNotPushed = () => (channelIsLive() ? SELDOM_MS : OFTEN_MS);
  const often = () => OFTEN_MS;

  let thorough = true;
  const reads = startRepeatedReads({
    orders: read(
      whenNotPushed,
      async () => {
        const pages = thorough ? THOROUGH_PAGES : 1;
        // Before the call: what asks to be thorough meanwhile wants a read that begins later.
        thorough = false;
        const { orders } = await readOrders(call, pages);
        const at = Date.now();
        return (board) => ({ ...board, orders: mergeOrders(board.orders, orders), ordersRead: loaded(true, at) });
      },
      (board, error) => {
        thorough = true;
        return { ...board, ordersRead: notReloaded(board.ordersRead, messageOf(error)) };
      },
    ),
    products: read(
      whenNotPushed,
      async () => {
        const { products } = await call({ service: 'inventory', path: '/api/products', schema: productPage });
        const at = Date.now();
        return (board) => ({
          ...board,
          stock: mergeProducts(board.stock, products),
          productsRead: loaded(true, at),
        });
      },
      (board, error) => ({ ...board, productsRead: notReloaded(board.productsRead, messageOf(error)) }),
    ),
    alerts: read(
      often,
      async () => {
        const report = await call({ service: 'inventory', path: '/api/ops/alerts', schema: alertsReport });
        const at = Date.now();
        return (board) => ({
          ...board,
          alerts: mergeAlerts(board.alerts, report, at),
          breaker: mergeBreaker(board.breaker, report),
        });
      },
      (board, error) => ({ ...board, alerts: { ...board.alerts, error: messageOf(error) } }),
    ),
    health: read(
      often,
      async () => {
        const checks = await Promise.all(serviceNames.map(checkHealth));
        return (board) => ({ ...board, health: checks.reduce(mergeCheck, board.health) });
      },
      (board) => board,
    ),
    pending: read(
      often,
      async () => {
        const pending = await readPendingOrders(call);
        const at = Date.now();
        if (missedOutcomes(store.read().orders, pending, at)) readAllOrders(MISSED_AT_MOST_EVERY_MS);
        return (board) => ({
          ...board,
          orders: mergeOrders(board.orders, pending.orders),
          pending: loaded(pendingOf(pending), at),
        });
      },
      (board, error) => ({ ...board, pending: notReloaded(board.pending, messageOf(error)) }),
    ),
    chaos: read(
      () => 2 * OFTEN_MS,
      async () => {
        const report = await call({ service: 'inventory', path: '/api/ops/chaos', schema: chaosView });
        return (board) => ({ ...board, chaos: mergeChaos(board.chaos, report) });
      },
      (board, error) => ({
        ...board,
        chaos: { ...board.chaos, error: messageOf(error), missing: isMissing(error) },
      }),
    ),
    deadLetters: {
      everyMs: () => 2 * OFTEN_MS,
      run: async () => {
        await Promise.all(serviceNames.map((service) => readLettersOf(service)));
      },
    },
    backups: read(
      () => SELDOM_MS,
      async () => {
        const report = await call({ service: 'inventory', path: '/api/ops/backups', schema: backupsReport });
        const at = Date.now();
        return (board) => ({ ...board, backups: loaded(report, at) });
      },
      (board, error) => ({
        ...board,
        backups: isMissing(error) ? loaded(null, Date.now()) : notReloaded(board.backups, messageOf(error)),
      }),
    ),
  });

  function readAllOrders(atMostEveryMs: number): void {
    thorough = true;
    reads.refresh('orders', atMostEveryMs);
  }

  return {
    ...reads,
    /** Something may have been missed: everything that is pushed is read again. */
    readEverything(): void {
      readAllOrders(0);
      for (const name of ['products', 'alerts', 'chaos', 'pending', 'deadLetters'] as const) reads.refresh(name);
    },
  };

  async function readLettersOf(service: ServiceName): Promise<void> {
    const change = (letters: (before: Board['deadLetters'][ServiceName]) => Board['deadLetters'][ServiceName]) =>
      store.apply((board) => ({
        ...board,
        deadLetters: { ...board.deadLetters, [service]: letters(board.deadLetters[service]) },
      }));
    try {
      const list = await readDeadLetters(call, service);
      change(() => loaded(list, Date.now()));
    } catch (error) {
      change((before) => notReloaded(before, messageOf(error)));
    }
  }
}

type FailedRead = (board: Board, error: unknown) => Board;
export type Snapshots = ReturnType<typeof startSnapshots>;
