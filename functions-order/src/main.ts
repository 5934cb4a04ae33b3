import { app } from '@azure/functions';
import { composeOrderService } from './composition.ts';
import { readConfig } from './config.ts';
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

const service = composeOrderService(readConfig(process.env), { triggers: app });

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

// Migrates before the first request needs it; while the database is away, the first statement tries again.
service.database.ready().catch(() => {});
