import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Broker } from './broker.ts';
import { countMessages, purge } from './browsing.ts';

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** GET /health as the official emulator answers it, GET /entities with counts, POST /purge[?entity=path]. */
export function makeAdminServer(broker: Broker, connectionCount: () => number): Server {
  return createServer((request, response) => {
    request.resume();
    const { status, body } = answer(request);
    // Only once it is durable: a purged message must not come back.
    broker.journal.whenDurable(() => send(response, status, body));
  });

  function answer(request: IncomingMessage): Answer {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const route = `${request.method} ${url.pathname.replace(/\/+$/, '')}`;
    switch (route) {
      case 'GET /health':
        return { status: 200, body: { status: 'healthy', message: 'Service is healthy.' } };
      case 'GET /entities':
        return { status: 200, body: listEntities() };
      case 'POST /purge':
        return purgeEntities(url.searchParams.get('entity'));
      default:
        return { status: 404, body: { error: `There is no '${route}' here.` } };
    }
  }

  function listEntities(): object {
    const entities = broker.entities
      .filter((entity) => entity.kind !== 'dead-letter')
      .map((entity) => ({ path: entity.path, kind: entity.kind, ...countMessages(entity) }));
    return { connections: connectionCount(), entities };
  }

  function purgeEntities(path: string | null): Answer {
    const found = path === null ? broker.entities : [broker.find(path)];
    let purged = 0;
    for (const entity of found) {
      if (!entity) return { status: 404, body: { error: `There is no entity '${path}'.` } };
      purged += purge(entity);
    }
    return { status: 200, body: { purged } };
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
