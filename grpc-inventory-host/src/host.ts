import { queues } from '@valerix/contracts/topology';
import { makeChaosSwitch } from '@valerix/inventory/chaos-switch';
import { openInventoryDatabase } from '@valerix/inventory/inventory-database';
import { makeProducts } from '@valerix/inventory/products';
import { makeReservations } from '@valerix/inventory/reservations';
import { observeStockLevels } from '@valerix/inventory/stock-levels';
import { armCrashPoint } from '@valerix/platform/crash-points';
import { SECOND } from '@valerix/platform/durations';
import { makeHealth } from '@valerix/platform/health';
import { type Logger, makeLogger } from '@valerix/platform/logger';
import { type Messaging, makeMessaging } from '@valerix/platform/messaging';
import { makeOutbox } from '@valerix/platform/outbox';
import { startTelemetry } from '@valerix/platform/telemetry/telemetry';
import { makeWatch } from '@valerix/platform/watch';
import { makeChaosAnnouncer } from './chaos/announce-chaos.ts';
import { makeChaos } from './chaos/chaos.ts';
import { makeFates } from './chaos/fate.ts';
import { followSwitch } from './chaos/follow-switch.ts';
import type { HostConfig } from './config.ts';
import { followConnections } from './connections.ts';
import { startGrpcServer } from './grpc-server.ts';
import { startHealthServer } from './health-server.ts';
import { makeInventoryService } from './inventory-service.ts';
import { makeUnary } from './unary.ts';

const SERVICE = 'grpc-inventory-host';
/** How often health is looked at and events are sent that were left behind. */
const ROUND_MS = 2 * SECOND;
/** Azure Container Apps gives 30 s from SIGTERM to SIGKILL. */
const DRAIN_MS = 10 * SECOND;

export interface Host {
  readonly grpcPort: number;
  readonly healthPort: number;
  /** Lets running calls finish, then lets go of everything. */
  stop(): Promise<void>;
}

/** What a test puts in the place of the real thing. */
export interface HostParts {
  readonly logger?: Logger;
  readonly messaging?: Messaging;
  readonly exit?: (code: number) => never;
}

/** Starts the Inventory service's synchronous face. The database need not be there yet. */
export async function startHost(config: HostConfig, parts: HostParts = {}): Promise<Host> {
  const telemetry = await startTelemetry(SERVICE, config.telemetry);
  const { metrics } = telemetry;
  const logger = parts.logger ?? makeLogger(SERVICE, config.logLevel, console.log, telemetry.logSink);
  armCrashPoint(config.crashPoint, logger);
  const database = openInventoryDatabase({
    url: config.databaseUrl,
    authentication: config.databaseAuthentication,
    maxConnections: config.databaseMaxConnections,
    logger,
    seed: config.seedProducts,
  });
  const messaging = parts.messaging ?? makeMessaging(config.serviceBus);
  const outbox = makeOutbox({ database, messaging, logger });
  const products = makeProducts({ database, outbox });
  const reservations = makeReservations({ database, outbox, metrics });
  observeStockLevels({ metrics, products, outbox, logger });
  const watch = makeWatch({
    service: SERVICE,
    storage: config.storage,
    messaging,
    metrics,
    logger,
    checkHealth: () => health(),
  });
  const health = makeHealth({
    service: SERVICE,
    probes: {
      database: () => database.query('SELECT FROM products LIMIT 1'),
      serviceBus: () => messaging.probe(queues.verifyOrders),
    },
    logger,
  });

  const announcer = makeChaosAnnouncer({ service: SERVICE, database, outbox, logger });
  // Where faults are not allowed, what the database says about them counts for nothing.
  const followed = config.chaosAllowed
    ? followSwitch({ chaosSwitch: makeChaosSwitch({ database, outbox }), environment: config.chaos, logger })
    : undefined;
  const drawFate = followed?.drawFate ?? makeFates(config.chaos);
  const chaos = makeChaos({ drawFate, metrics, logger, announcer, exit: parts.exit ?? process.exit });
  if (config.chaos.gremlin.mode !== 'off' || config.chaos.schrodinger.mode !== 'off') {
    logger.warn('chaos_armed', { ...config.chaos });
  }

  const connections = followConnections();
  const unary = makeUnary({ logger, metrics, onFinished: watch.requestFinished });
  const service = makeInventoryService({
    reservations,
    products,
    chaos,
    unary,
    dropConnection: connections.drop,
    maxReservations: config.maxReservations,
  });
  const { address } = config;
  const grpc = await startGrpcServer(address, config.grpcPort, service);
  const http = await startHealthServer({ address, port: config.healthPort, health, metrics });

  let stopping: Promise<void> | undefined;
  let round: Promise<unknown> | undefined;
  const lookAfter = async () => {
    const report = await health();
    const isServing = report.dependencies.database?.status === 'healthy';
    grpc.setServing(isServing && stopping === undefined);
    // While the broker is away a round would only fail; while the database is, there is nothing to read.
    if (report.status === 'healthy') await outbox.relay();
  };
  const startRound = () => {
    round ??= lookAfter()
      .catch((error: unknown) => logger.warn('round_failed', { error }))
      .finally(() => {
        round = undefined;
      });
  };
  followed?.start();
  startRound();
  const rounds = setInterval(startRound, ROUND_MS);
  rounds.unref();
  watch.start();
  logger.info('host_started', { grpcPort: grpc.port, healthPort: http.port });

  const stop = async () => {
    clearInterval(rounds);
    grpc.setServing(false);
    await grpc.stop(DRAIN_MS);
    connections.close();
    await http.stop();
    await round;
    await followed?.stop();
    await announcer.close();
    await watch.stop();
    await messaging.close();
    await database.close();
    logger.info('host_stopped');
    await telemetry.close();
  };
  return { grpcPort: grpc.port, healthPort: http.port, stop: () => (stopping ??= stop()) };
}
