import type { ServiceFacts } from '@valerix/contracts/alerts-api';
import type { Alerts } from '../alerts/alerts.ts';
import { displayNames, type ServiceName } from '../live/service-calls.ts';
import { type CheckedService, type Health, isHealthy } from './health.ts';

export interface DependencyRow {
  readonly name: string;
  readonly healthy: boolean;
  readonly latencyMs: number | undefined;
}

export interface ServiceRow {
  readonly name: string;
  readonly state: 'healthy' | 'unhealthy' | 'unreachable' | 'unknown';
  /** How it is known, or what is wrong, in words. */
  readonly note: string;
  readonly dependencies: readonly DependencyRow[];
}

const dependencyNames: Readonly<Record<string, string>> = {
  database: 'Database',
  serviceBus: 'Service Bus',
  inventoryGrpc: 'Warehouse (gRPC)',
  storage: 'Storage',
  webPubSub: 'Web PubSub',
};

/** The services as an operator thinks of them; the gRPC host has no HTTP of its own that a browser could ask. */
export function serviceRows(health: Health, alerts: Alerts): ServiceRow[] {
  const reported = new Map(alerts.services.map((status) => [status.service, status]));
  return [
    checkedRow('order', health.get('order')),
    checkedRow('inventory', health.get('inventory')),
    hostRow(health.get('order')?.dependencies.get('inventoryGrpc')?.healthy, reported.get('grpc-inventory-host')),
  ];
}

function checkedRow(service: ServiceName, checked: CheckedService | undefined): ServiceRow {
  const name = displayNames[service];
  if (checked === undefined) return { name, state: 'unknown', note: 'not checked yet', dependencies: [] };
  const dependencies = [...checked.dependencies].map(([dependency, { healthy, latencyMs }]) => ({
    name: dependencyNames[dependency] ?? dependency,
    healthy,
    latencyMs,
  }));
  if (!checked.reachable) return { name, state: 'unreachable', note: 'no answer', dependencies: [] };
  const note = checked.roundTripMs === undefined ? '' : `answers in ${Math.round(checked.roundTripMs)} ms`;
  return { name, state: isHealthy(checked) ? 'healthy' : 'unhealthy', note, dependencies };
}

function hostRow(answersOrders: boolean | undefined, reported: ServiceFacts | undefined): ServiceRow {
  const name = 'Warehouse (gRPC host)';
  const dependencies = Object.entries(reported?.dependencies ?? {}).map(([dependency, state]) => ({
    name: dependencyNames[dependency] ?? dependency,
    healthy: state === 'healthy',
    latencyMs: undefined,
  }));
  if (answersOrders === false) {
    return { name, state: 'unreachable', note: 'does not answer the Order service', dependencies: [] };
  }
  if (reported?.healthy === false) return { name, state: 'unhealthy', note: 'by its own report', dependencies };
  if (answersOrders === undefined) return { name, state: 'unknown', note: 'not checked yet', dependencies };
  return { name, state: 'healthy', note: 'answers the Order service', dependencies };
}
