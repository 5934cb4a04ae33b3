import type { Connection } from './connection.ts';

/** The connections of one hub, found by id, by group and by user. */
export interface Hub {
  readonly size: number;
  add(connection: Connection): void;
  remove(connection: Connection): void;
  find(connectionId: string): Connection | undefined;
  /** Copies, so that whoever goes through them may end connections on the way. */
  all(): Connection[];
  inGroup(group: string): Connection[];
  ofUser(userId: string): Connection[];
  /** False when the connection is in as many groups as it may be. */
  join(connection: Connection, group: string): boolean;
  leave(connection: Connection, group: string): void;
  leaveAll(connection: Connection): void;
}

export function makeHub(maxGroupsPerConnection: number): Hub {
  const connections = new Map<string, Connection>();
  const groups = makeIndex();
  const users = makeIndex();

  function leave(connection: Connection, group: string): void {
    if (connection.groups.delete(group)) groups.remove(group, connection);
  }

  function leaveAll(connection: Connection): void {
    for (const group of [...connection.groups]) leave(connection, group);
  }

  return {
    get size() {
      return connections.size;
    },
    add(connection) {
      connections.set(connection.id, connection);
      if (connection.userId !== undefined) users.add(connection.userId, connection);
    },
    remove(connection) {
      connections.delete(connection.id);
      if (connection.userId !== undefined) users.remove(connection.userId, connection);
      leaveAll(connection);
    },
    find: (connectionId) => connections.get(connectionId),
    all: () => [...connections.values()],
    inGroup: (group) => groups.of(group),
    ofUser: (userId) => users.of(userId),
    join(connection, group) {
      if (connection.groups.has(group)) return true;
      if (connection.groups.size >= maxGroupsPerConnection) return false;
      connection.groups.add(group);
      groups.add(group, connection);
      return true;
    },
    leave,
    leaveAll,
  };
}

interface Index {
  add(key: string, connection: Connection): void;
  remove(key: string, connection: Connection): void;
  of(key: string): Connection[];
}

/** Holds no empty sets: groups come and go, one per order. */
function makeIndex(): Index {
  const sets = new Map<string, Set<Connection>>();
  return {
    add(key, connection) {
      const set = sets.get(key);
      if (set) set.add(connection);
      else sets.set(key, new Set([connection]));
    },
    remove(key, connection) {
      const set = sets.get(key);
      set?.delete(connection);
      if (set?.size === 0) sets.delete(key);
    },
    of: (key) => [...(sets.get(key) ?? [])],
  };
}
