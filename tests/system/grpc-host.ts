import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Endpoints } from '../../local/endpoints.ts';
import { request } from './shop.ts';
import { until } from './until.ts';

const main = fileURLToPath(new URL('../../grpc-inventory-host/dist/main.js', import.meta.url));

export interface GrpcHost {
  /** How often it died and was started again. */
  restarts(): number;
  stop(): Promise<void>;
}

/** The gRPC host under the test's own hand: with its own faults, stopped and started when the test wants. */
export async function startGrpcHost(endpoints: Endpoints, env: Record<string, string> = {}): Promise<GrpcHost> {
  let wanted = true;
  let restarts = 0;
  let output = '';
  const start = () => {
    const child = spawn(process.execPath, [main], {
      env: {
        ...process.env,
        INVENTORY_DATABASE_URL: endpoints.databases.inventory,
        ServiceBusConnection: endpoints.serviceBus,
        StorageConnection: endpoints.storage,
        GRPC_PORT: new URL(endpoints.grpc).port,
        HEALTH_PORT: new URL(endpoints.grpcHealth).port,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + String(chunk)).slice(-4000);
      });
    }
    child.once('exit', () => {
      if (!wanted) return;
      restarts += 1;
      running = start();
    });
    return child;
  };
  let running = start();
  // As the Order service sees it: its channel may still be waiting to connect anew when the host is up already, and its
  // report of the host before this one may still be given again.
  let upSince: number | undefined;
  const healthy = async () => {
    if (upSince === undefined) {
      const up = (await fetch(`${endpoints.grpcHealth}/health`).catch(() => undefined))?.ok;
      if (up) upSince = Date.now();
      return false;
    }
    const { status, body } = await request<{ timestamp: string }>(`${endpoints.order}/health`);
    return status === 200 && Date.parse(body.timestamp) > upSince;
  };
  await until('the Order service to reach the gRPC host', healthy).catch((error: unknown) => {
    wanted = false;
    running.kill('SIGKILL');
    throw new Error(`${error}\n${output}`);
  });
  return {
    restarts: () => restarts,
    async stop() {
      wanted = false;
      const child = running;
      if (child.exitCode !== null || child.signalCode !== null) return;
      await new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGKILL');
      });
    },
  };
}
