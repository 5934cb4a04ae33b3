import type { BackupsReport } from '@valerix/contracts/backups-api';
import type { AnyEvent } from '@valerix/contracts/events';
import { type Alerts, hearAlertChanges, noAlerts } from '../alerts/alerts.ts';
import { type Chaos, hearChaos, noChaos } from '../chaos/chaos.ts';
import { hearResponseTimes, noSeconds, type Seconds } from '../charts/seconds.ts';
import { type DeadLetters, noDeadLetters } from '../dead-letters/dead-letters.ts';
import { type Breaker, hearBreakerChanges, noBreaker } from '../health/breaker.ts';
import { type Health, hearHealthChanges, noHealth } from '../health/health.ts';
import { type Errors, hearErrors, noErrors } from '../journal/errors.ts';
import { emptyJournal, hearNotable, type Journal } from '../journal/journal.ts';
import { hearOrderEvents, noOrders, type Orders } from '../orders/orders.ts';
import type { Pending } from '../orders/read-orders.ts';
import { hearStockEvents, noStock, type Stock } from '../stock/stock.ts';
import type { Channel } from './channel-state.ts';
import { type Loaded, notLoaded } from './loaded.ts';
import { hearTraffic, noTraffic, type Traffic } from './traffic.ts';

/** All that the page shows. Every part is replaced when it changes and the same object when it does not. */
export interface Board {
  readonly channel: Channel;
  readonly traffic: Traffic;
  readonly orders: Orders;
  readonly ordersRead: Loaded<true>;
  readonly productsRead: Loaded<true>;
  readonly stock: Stock;
  readonly seconds: Seconds;
  readonly alerts: Alerts;
  readonly health: Health;
  readonly breaker: Breaker;
  readonly chaos: Chaos;
  readonly pending: Loaded<Pending>;
  readonly deadLetters: DeadLetters;
  /** Undefined value and no error: not asked yet; null: this deployment has no backups. */
  readonly backups: Loaded<BackupsReport | null>;
  readonly journal: Journal;
  readonly errors: Errors;
}

export const emptyBoard = (now: number): Board => ({
  channel: { state: 'connecting', since: now, reason: undefined },
  traffic: noTraffic,
  orders: noOrders,
  ordersRead: notLoaded,
  productsRead: notLoaded,
  stock: noStock,
  seconds: noSeconds,
  alerts: noAlerts,
  health: noHealth,
  breaker: noBreaker,
  chaos: noChaos,
  pending: notLoaded,
  deadLetters: noDeadLetters,
  backups: notLoaded,
  journal: emptyJournal,
  errors: noErrors,
});

/** Folds one batch of events, each of them new, into every part that listens. */
export function hear(board: Board, events: readonly AnyEvent[], now: number): Board {
  if (events.length === 0) return board;
  return {
    ...board,
    traffic: hearTraffic(board.traffic, events.length, now),
    orders: hearOrderEvents(board.orders, events),
    stock: hearStockEvents(board.stock, events),
    seconds: hearResponseTimes(board.seconds, events, now),
    alerts: hearAlertChanges(board.alerts, events),
    health: hearHealthChanges(board.health, events),
    breaker: hearBreakerChanges(board.breaker, events),
    chaos: hearChaos(board.chaos, events, now),
    journal: hearNotable(board.journal, events),
    errors: hearErrors(board.errors, events),
  };
}
