import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A network between clients and the emulator that can be cut: whatever is under way is lost, as in the real world. */
export interface CuttableProxy {
  readonly endpoint: string;
  readonly connectionCount: number;
  /** Takes what comes and passes nothing on to clients any more; only a cut helps. */
  lose(): void;
  /** Cuts every connection; new ones are taken. */
  cut(): void;
  /** Accepts and passes on nothing until `restore`, and cuts what there is. */
  interrupt(): void;
  restore(): void;
  close(): Promise<void>;
}

export async function startCuttableProxy(targetPort: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  const downstream = new Map<Socket, Socket>();
  let interrupted = false;
  const server = createServer((near) => {
    if (interrupted) {
      near.destroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    downstream.set(far, near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        downstream.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('No port.');
  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    get connectionCount() {
      return sockets.size / 2;
    },
    lose() {
      for (const [far, near] of downstream) far.unpipe(near).resume();
    },
    cut,
    interrupt() {
      interrupted = true;
      cut();
    },
    restore() {
      interrupted = false;
    },
    async close() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
