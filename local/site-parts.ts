import { join } from 'node:path';
import type { SiteConfig } from '@valerix/contracts/site-config';
import type { Connections } from './connections.ts';
import { answers } from './health-gate.ts';
import type { Part } from './parts.ts';
import type { PortPlan } from './ports.ts';
import { assertBuilt, nodeCommand, ROOT } from './repository.ts';

/** The sites by their parts' names, with the folders they are made in. */
const FOLDERS = { storefront: 'web', dashboard: 'dashboard' } as const;

interface SiteGround {
  readonly options: { readonly devSites: boolean };
  readonly ports: PortPlan;
  readonly connections: Connections;
  readonly caller: NodeJS.ProcessEnv;
}

/** A site as Azure Static Web Apps would serve it, or by Vite's development server. */
export function sitePart({ options, ports, connections, caller }: SiteGround, name: keyof typeof FOLDERS): Part {
  const folder = join(ROOT, FOLDERS[name]);
  const port = String(ports[name]);
  const url = `http://127.0.0.1:${port}`;
  const config: SiteConfig = {
    orderUrl: `http://127.0.0.1:${ports.order}`,
    inventoryUrl: `http://127.0.0.1:${ports.inventory}`,
  };
  const places = ['--port', port, '--config', JSON.stringify(config)];
  const built = join(folder, 'dist');
  const connectSrc = [config.orderUrl, config.inventoryUrl, webSocketOrigin(connections.webPubSub)].join(' ');
  const asBuilt = ['main.ts', '--site', built, ...places, '--connect-src', connectSrc];
  const asWritten = ['dev.ts', '--site', folder, ...places];
  return {
    name,
    address: url,
    ports: [name],
    stopSignal: 'SIGTERM',
    prepare: () => assertBuilt(join(options.devSites ? folder : built, 'index.html')),
    async command() {
      const [script = '', ...args] = options.devSites ? asWritten : asBuilt;
      return nodeCommand([join(ROOT, 'local/static-site/src', script), ...args], caller);
    },
    isHealthy: () => answers(`${url}/`),
  };
}

/** Where a browser connects to Web PubSub: the endpoint of a connection string, by WebSocket. */
export function webSocketOrigin(connectionString: string): string {
  const part = (name: string) => new RegExp(`(?:^|;)${name}=([^;]+)`, 'i').exec(connectionString)?.[1];
  const endpoint = new URL(part('Endpoint') ?? '');
  const port = part('Port');
  if (port !== undefined) endpoint.port = port;
  return endpoint.origin.replace(/^http/, 'ws');
}
