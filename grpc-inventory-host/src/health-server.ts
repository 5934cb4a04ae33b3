import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthReport } from '@valerix/contracts/health';
import type { Metrics } from '@valerix/platform/metrics';

export interface HealthServer {
  /** The port it listens on. */
  readonly port: number;
  stop(): Promise<void>;
}

export interface HealthServerOptions {
  readonly address: string;
  readonly port: number;
  readonly health: () => Promise<HealthReport>;
  readonly metrics: Metrics;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** HTTP for those who watch: `/health` uses every dependency, `/health/live` only the process, `/metrics` for scrapers. */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { address, port, health, metrics } = options;
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/health': async () => {
      const report = await health();
      return answer(report.status === 'healthy' ? 200 : 503, report);
    },
    '/health/live': async () => answer(200, { status: 'alive' }),
    '/metrics': async () => ({ status: 200, type: 'text/plain; version=0.0.4', body: await metrics.text() }),
  };

  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    const find = Object.hasOwn(answers, path) ? answers[path] : undefined;
    const found = find
      ? await find().catch(() => answer(500, { status: 'error' }))
      : answer(404, { status: 'not found' });
    response.writeHead(found.status, { 'content-type': found.type }).end(found.body);
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const answer = (status: number, body: unknown): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});
