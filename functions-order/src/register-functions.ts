import type { OrderService } from './composition.ts';
import { fallback } from './functions/fallback.ts';
import { health } from './functions/health.ts';
import { idempotencyKeysPurge } from './functions/idempotency-keys-purge.ts';
import { inventoryEvents } from './functions/inventory-events.ts';
import { metrics } from './functions/metrics.ts';
import { ordersCancel } from './functions/orders-cancel.ts';
import { ordersCreate } from './functions/orders-create.ts';
import { ordersGet } from './functions/orders-get.ts';
import { ordersList } from './functions/orders-list.ts';
import { ordersShip } from './functions/orders-ship.ts';
import { ordersSweep } from './functions/orders-sweep.ts';
import { outboxRelay } from './functions/outbox-relay.ts';

/** Registers every function of the Order service with its triggers. */
export function registerFunctions(service: OrderService): void {
  ordersCreate(service);
  ordersGet(service);
  ordersList(service);
  ordersCancel(service);
  ordersShip(service);
  health(service);
  metrics(service);
  inventoryEvents(service);
  outboxRelay(service);
  ordersSweep(service);
  idempotencyKeysPurge(service);
  fallback(service);
}
