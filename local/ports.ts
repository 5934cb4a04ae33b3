import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Every port of the system, in the order in which `--port-base` counts them up, with the default it has otherwise. Where
 * no convention says otherwise they lie below 32768, from where Linux takes the ports of outgoing connections.
 */
const DEFAULT_PORTS = {
  order: 7071,
  inventory: 7072,
  grpc: 50051,
  storefront: 8080,
  dashboard: 8081,
  grpcHealth: 7073,
  postgres: 25432,
  servicebus: 5672,
  serviceBusAdmin: 5300,
  azuriteBlob: 10000,
  azuriteQueue: 10001,
  azuriteTable: 10002,
  webpubsub: 8085,
  insights: 7074,
  vault: 7075,
} as const;

export type PortName = keyof typeof DEFAULT_PORTS;
export type PortPlan = Readonly<Record<PortName, number>>;

const NAMES = Object.keys(DEFAULT_PORTS) as PortName[];

export const PORT_COUNT = NAMES.length;

const PURPOSES: Readonly<Record<PortName, string>> = {
  order: 'the Order service (HTTP)',
  inventory: 'the Inventory service (HTTP)',
  grpc: 'the Inventory service (gRPC)',
  storefront: 'the storefront',
  dashboard: 'the dashboard',
  grpcHealth: "the gRPC host's health",
  postgres: 'PostgreSQL',
  servicebus: 'Service Bus (AMQP)',
  serviceBusAdmin: 'Service Bus (administration)',
  azuriteBlob: 'Azurite (blobs)',
  azuriteQueue: 'Azurite (queues)',
  azuriteTable: 'Azurite (tables)',
  webpubsub: 'Web PubSub',
  insights: 'Application Insights',
  vault: 'the backup vault',
};

/** The default ports, or those counted up from `base`. */
export function planPorts(base: number | undefined): PortPlan {
  if (base === undefined) return DEFAULT_PORTS;
  return Object.fromEntries(NAMES.map((name, index) => [name, base + index])) as PortPlan;
}

export interface TakenPort {
  readonly name: PortName;
  readonly port: number;
  readonly reason: 'in use' | 'not permitted';
}

/** Which of the wanted ports cannot be listened on now. */
export async function findTakenPorts(plan: PortPlan, wanted: readonly PortName[]): Promise<TakenPort[]> {
  const found = await Promise.all(
    wanted.map(async (name) => {
      const reason = await whyUnavailable(plan[name]);
      return reason === undefined ? [] : [{ name, port: plan[name], reason }];
    }),
  );
  return found.flat();
}

/** One message about all taken ports: what each was wanted for, and what to do. */
export function explainTakenPorts(taken: readonly TakenPort[]): string {
  const lines = taken.map(({ name, port, reason }) => `  ${String(port).padEnd(5)}  ${PURPOSES[name]}: ${reason}`);
  const [subject, pronoun] = taken.length === 1 ? ['A port is', 'it'] : [`${taken.length} ports are`, 'them'];
  return [
    `${subject} not available:`,
    ...lines,
    `Stop what uses ${pronoun}, or move every port of this system, for example: npm start -- --port-base 20000`,
  ].join('\n');
}

async function whyUnavailable(port: number): Promise<TakenPort['reason'] | undefined> {
  // Both addresses, because macOS lets 127.0.0.1 be bound beside a server that listens on every address.
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const code = await tryListening(port, host);
    if (code === 'EADDRINUSE') return 'in use';
    if (code === 'EACCES') return 'not permitted';
  }
  return undefined;
}

async function tryListening(port: number, host: string): Promise<string | undefined> {
  const probe = createServer();
  try {
    await once(probe.listen({ port, host, exclusive: true }), 'listening');
    return undefined;
  } catch (fault) {
    return fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown';
  } finally {
    if (probe.listening) await once(probe.close(), 'close');
  }
}
