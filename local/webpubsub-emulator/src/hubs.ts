import type { Clock } from './clock.ts';
import { type Connection, makeConnection, type Subprotocol } from './connection.ts';
import { type Hub, makeHub } from './hub.ts';
import type { Limits } from './limits.ts';
import type { ClientGrant } from './tokens.ts';

/** All hubs of the emulator. A hub need not be set up: it is there as soon as a client connects to it. */
export interface Hubs {
  /** An empty one when nobody is connected to it. The case of the name does not count. */
  find(name: string): Hub;
  isFull(): boolean;
  /** A new connection in the groups of its token. */
  connect(name: string, grant: ClientGrant, protocol: Subprotocol | undefined): Connection;
  tick(): void;
  dropAll(): void;
}

export function makeHubs(limits: Limits, clock: Clock): Hubs {
  const hubs = new Map<string, Hub>();
  let connectionCount = 0;

  const everyone = (): Connection[] => [...hubs.values()].flatMap((hub) => hub.all());

  function find(name: string): Hub {
    return hubs.get(name.toLowerCase()) ?? makeHub(limits.maxGroupsPerConnection);
  }

  function disconnect(key: string, hub: Hub, connection: Connection): void {
    hub.remove(connection);
    connectionCount--;
    if (hub.size === 0) hubs.delete(key);
  }

  return {
    find,
    isFull: () => connectionCount >= limits.maxConnections,
    connect(name, grant, protocol) {
      const key = name.toLowerCase();
      const hub = find(key);
      hubs.set(key, hub);
      const onEnd = (ended: Connection): void => disconnect(key, hub, ended);
      const connection = makeConnection({ grant, protocol, limits, clock, onEnd });
      hub.add(connection);
      connectionCount++;
      for (const group of grant.groups) hub.join(connection, group);
      return connection;
    },
    tick() {
      for (const connection of everyone()) connection.tick();
    },
    dropAll() {
      for (const connection of everyone()) connection.drop();
    },
  };
}
