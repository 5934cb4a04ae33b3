import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface DatabaseProxy {
  /** The database's URL, by way of this proxy. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Connections refused so far. */
  refusals(): number;
  /** Keeps connections open and passes nothing on. */
  freeze(): void;
  /** Passes the next statement on and breaks the connection before its answer, then works again. */
  loseNextAnswer(): void;
  /** Works again, and passes on what gathered while it was frozen. */
  heal(): void;
  close(): Promise<void>;
}

/** A way to a database that can break like a network does. */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let refused = 0;
  let mode: 'pass' | 'refuse' | 'freeze' | 'lose' = 'pass';

  const server = createServer((near) => {
    if (mode === 'refuse') {
      refused += 1;
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    const pair = { near, far };
    pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    if (mode === 'freeze') near.pause();
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (mode === 'lose') {
        mode = 'pass';
        end();
      } else near.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  const breakAll = () => {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    url: url.href,
    cut() {
      mode = 'refuse';
      breakAll();
    },
    refusals: () => refused,
    freeze() {
      mode = 'freeze';
      for (const { near } of pairs) near.pause();
    },
    loseNextAnswer() {
      mode = 'lose';
    },
    heal() {
      mode = 'pass';
      for (const { near } of pairs) near.resume();
    },
    async close() {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
