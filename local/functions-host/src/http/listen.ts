import type { Server } from 'node:http';
import { StartupError } from '../startup-error.ts';

/**
 * Connections that may wait to be accepted. With Node's 511, a thousand shoppers at once leave some that the kernel
 * drops, and those try again after 1, 3, 7 and more seconds.
 */
const BACKLOG = 4_096;

/**
 * Listens and tells the URL.
 * @throws StartupError when the port is taken or the address is not this machine's.
 */
export function listen(server: Server, address: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === 'EADDRINUSE'
          ? `Port ${port} is unavailable. Close the process using that port, or specify another port using --port.`
          : `Cannot listen on ${address}:${port}: ${cause.message}.`;
      reject(new StartupError(message, { cause }));
    });
    server.listen({ port, host: address, backlog: BACKLOG }, () => {
      const bound = server.address();
      const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
      const isLoopback = address === '127.0.0.1' || address === '0.0.0.0';
      resolve(`http://${isLoopback ? 'localhost' : address.includes(':') ? `[${address}]` : address}:${boundPort}`);
    });
  });
}
