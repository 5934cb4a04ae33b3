import type { OrderService } from './composition.ts';
import { deadLettersDiscard } from './functions/dead-letters-discard.ts';
import { deadLettersDiscardAll } from './functions/dead-letters-discard-all.ts';
import { deadLettersGet } from './functions/dead-letters-get.ts';
import { deadLettersList } from './functions/dead-letters-list.ts';
import { deadLettersReplay } from './functions/dead-letters-replay.ts';
import { deadLettersReplayAll } from './functions/dead-letters-replay-all.ts';
import { fallback } from './functions/fallback.ts';
import { health } from './functions/health.ts';
import { idempotencyKeysPurge } from './functions/idempotency-keys-purge.ts';
import { inventoryEvents } from './functions/inventory-events.ts';
import { metrics } from './functions/metrics.ts';
import { openapi } from './functions/openapi.ts';
import { ordersCancel } from './functions/orders-cancel.ts';
import { ordersCheck } from './functions/orders-check.ts';
import { ordersCreate } from './functions/orders-create.ts';
import { ordersGet } from './functions/orders-get.ts';
import { ordersList } from './functions/orders-list.ts';
import { ordersNegotiate } from './functions/orders-negotiate.ts';
import { ordersShip } from './functions/orders-ship.ts';
import { ordersSweep } from './functions/orders-sweep.ts';
import { outboxRelay } from './functions/outbox-relay.ts';
import { systemWatch } from './functions/system-watch.ts';

/** Registers every function of the Order service with its triggers. */
export function registerFunctions(service: OrderService): void {
  ordersCreate(service);
  ordersGet(service);
  ordersList(service);
  ordersCancel(service);
  ordersShip(service);
  ordersNegotiate(service);
  health(service);
  metrics(service);
  openapi(service);
  inventoryEvents(service);
  outboxRelay(service);
  systemWatch(service);
  ordersSweep(service);
  idempotencyKeysPurge(service);
  ordersCheck(service);
  deadLettersList(service);
  deadLettersGet(service);
  deadLettersReplay(service);
  deadLettersReplayAll(service);
  deadLettersDiscard(service);
  deadLettersDiscardAll(service);
  fallback(service);
}
