import type { Server } from 'node:http';

interface ListeningAddress {
  readonly host: string;
  readonly port: number;
}

/** The port is in use. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';

  constructor({ host, port }: ListeningAddress) {
    super(
      `Port ${port} on ${host} is already in use, so the emulator cannot listen there. Stop what uses it or choose another port.`,
    );
  }
}

export interface Listening {
  readonly port: number;
  /** Stops accepting and cuts what is open; sockets that became WebSockets are not among them. */
  close(): Promise<void>;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1']);
const MAX_TRIES = 10;

/**
 * Listens on a host and port; 0 takes a free one. For this machine alone (localhost, 127.0.0.1) that is both loopback
 * addresses, because clients resolve localhost to either. Throws PortTakenError.
 */
export async function listen(makeServer: () => Server, host: string, port: number): Promise<Listening> {
  if (!LOOPBACK.has(host)) {
    const server = makeServer();
    return listening([server], await listenOn(server, { host, port }));
  }
  for (let attempt = 1; ; attempt++) {
    const first = makeServer();
    const chosen = await listenOn(first, { host: '127.0.0.1', port });
    const second = makeServer();
    try {
      await listenOn(second, { host: '::1', port: chosen });
      return listening([first, second], chosen);
    } catch (error) {
      if (hasNoIpv6(error)) return listening([first], chosen);
      await closeServer(first);
      // A free port was asked for, and this one is free on one address only: try another.
      if (port !== 0 || !(error instanceof PortTakenError) || attempt === MAX_TRIES) throw error;
    }
  }
}

function listening(servers: readonly Server[], port: number): Listening {
  return {
    port,
    async close() {
      await Promise.all(servers.map(closeServer));
    },
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function listenOn(server: Server, address: ListeningAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(isCode(error, 'EADDRINUSE') ? new PortTakenError(address) : error));
    server.listen(address, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound ? bound.port : address.port);
    });
  });
}

function hasNoIpv6(error: unknown): boolean {
  return isCode(error, 'EADDRNOTAVAIL') || isCode(error, 'EAFNOSUPPORT');
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
