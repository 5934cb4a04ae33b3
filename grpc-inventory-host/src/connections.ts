import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** The connections that servers of this process have accepted, by the caller's address and port. */
export interface Connections {
  /** Cuts a connection without a word, as a crash of the network would. */
  drop(peer: string): void;
  close(): void;
}

/**
 * Follows the connections as Node itself reports them, because the gRPC server keeps them to itself.
 * https://nodejs.org/api/diagnostics_channel.html#net
 */
export function followConnections(): Connections {
  const sockets = new Map<string, Socket>();
  const follow = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.once('close', () => sockets.delete(peer));
  };
  subscribe('net.server.socket', follow);
  return {
    drop: (peer) => void sockets.get(peer)?.destroy(),
    close: () => void unsubscribe('net.server.socket', follow),
  };
}
