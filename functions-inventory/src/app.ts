import { app } from '@azure/functions';
import { openBackupStores } from '@valerix/backup/backup-settings';
import { makeBackups } from '@valerix/backup/backups';
import { makeDatabaseExports } from '@valerix/backup/database-exports';
import { retention } from '@valerix/backup/retention';
import { queues, subscriptions, topics } from '@valerix/contracts/topology';
import { makeChaosSwitch } from '@valerix/inventory/chaos-switch';
import { openInventoryDatabase } from '@valerix/inventory/inventory-database';
import { makeProducts } from '@valerix/inventory/products';
import { makeReservations } from '@valerix/inventory/reservations';
import { observeStockLevels } from '@valerix/inventory/stock-levels';
import { makeConsumer } from '@valerix/platform/consumer';
import { armCrashPoint } from '@valerix/platform/crash-points';
import { makeDeadLetterHandlers } from '@valerix/platform/dead-letters/dead-letter-handlers';
import { makeDeadLetters } from '@valerix/platform/dead-letters/dead-letters';
import { makeHealth } from '@valerix/platform/health';
import { makeHttpApp } from '@valerix/platform/http';
import { makeLogger } from '@valerix/platform/logger';
import { makeMessaging } from '@valerix/platform/messaging';
import { makeOutbox } from '@valerix/platform/outbox';
import { makeClientUrl } from '@valerix/platform/push/client-url';
import { makePush } from '@valerix/platform/push/push';
import { startTelemetry } from '@valerix/platform/telemetry/telemetry';
import { makeWatch } from '@valerix/platform/watch';
import { makeBooksCheck } from '@valerix/reconciler/books-check';
import { checkInventory } from '@valerix/reconciler/check-inventory';
import { makeChaosDesk } from './chaos-desk.ts';
import { readConfig } from './config.ts';
import { makeFanOut } from './fan-out.ts';
import { applyOrderEvents, verifyOrders } from './order-messages.ts';

const SERVICE = 'functions-inventory';

/** Everything the triggers use, made once per process. The database need not be there yet. */
const config = readConfig(process.env);
const telemetry = await startTelemetry(SERVICE, config.telemetry);
export const { metrics } = telemetry;
export const logger = makeLogger(SERVICE, config.logLevel, console.log, telemetry.logSink);
armCrashPoint(config.crashPoint, logger);
const database = openInventoryDatabase({
  url: config.databaseUrl,
  authentication: config.databaseAuthentication,
  maxConnections: config.databaseMaxConnections,
  logger,
  seed: config.seedProducts,
});
const messaging = makeMessaging(config.serviceBus);

export const outbox = makeOutbox({ database, messaging, logger });
export const products = makeProducts({ database, outbox });
export const chaosDesk = makeChaosDesk(makeChaosSwitch({ database, outbox }), config.chaosAllowed);
const reservations = makeReservations({ database, outbox, metrics });
observeStockLevels({ metrics, products, outbox, logger });

export const watch = makeWatch({
  service: SERVICE,
  storage: config.storage,
  messaging,
  metrics,
  logger,
  checkHealth: () => health(),
});
export const http = makeHttpApp({
  register: app.http.bind(app),
  logger,
  metrics,
  onFinished: watch.requestFinished,
});
export const health = makeHealth({
  service: SERVICE,
  probes: {
    database: () => database.query('SELECT FROM products LIMIT 1'),
    serviceBus: () => messaging.probe(queues.verifyOrders),
  },
  logger,
});

export const consumeVerifyOrders = makeConsumer({
  entity: queues.verifyOrders,
  reader: queues.verifyOrders,
  database,
  messaging,
  logger,
  handle: verifyOrders(reservations),
});
export const consumeOrderEvents = makeConsumer({
  entity: topics.orderEvents,
  reader: subscriptions.inventoryService,
  database,
  messaging,
  logger,
  handle: applyOrderEvents(reservations, logger),
});

export const clientUrl = makeClientUrl(config.webPubSub);
export const fanOut = makeFanOut({
  push: makePush({ connection: config.webPubSub, metrics, logger }),
  metrics,
  logger,
});

export const deadLetters = makeDeadLetterHandlers(
  makeDeadLetters({
    readers: [
      { entity: queues.verifyOrders, reader: queues.verifyOrders },
      { entity: topics.orderEvents, reader: subscriptions.inventoryService },
      ...Object.values(topics).map((entity) => ({ entity, reader: subscriptions.dashboard })),
    ],
    database,
    broker: messaging,
    metrics,
    logger,
  }),
  logger,
);

export const checkBooks = makeBooksCheck({
  examine: (limits) => checkInventory(database.query, limits),
  metrics,
  logger,
});

export const databaseExports = makeDatabaseExports({
  service: 'inventory',
  databaseUrl: config.databaseUrl,
  authentication: config.databaseAuthentication,
  storage: config.storage,
  logger,
  now: () => new Date(),
});

export const backups = makeBackups({
  ...openBackupStores({ storage: config.storage, ...config.backup }),
  retention,
  callTimeoutMs: config.backup.callTimeoutMs,
  metrics,
  logger,
  tell: watch.tellBackup,
  now: Date.now,
});

// The schema, and with it the catalogue, is in place soon after the start and not only when the first request comes.
database.ready().catch((error: unknown) => logger.warn('database_not_ready', { error }));

watch.start();
void backups.announce();

app.hook.appTerminate(async () => {
  await watch.stop();
  await messaging.close();
  await database.close();
  await telemetry.close();
});
