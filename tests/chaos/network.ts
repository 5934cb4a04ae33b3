import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A way between two processes that can break as networks do. */
export interface Network {
  /** The same address, by way of this network; also inside a connection string. */
  via(address: string): string;
  /** Every piece arrives this much later, in both directions. */
  delay(ms: number): void;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Breaks every connection with a reset; new ones work. */
  reset(): void;
  /** Half-open: connections stay, new ones are accepted, nothing passes. */
  silence(): void;
  /** Requests arrive, answers do not. */
  swallowAnswers(): void;
  /** The connections of now are dead and nobody is told; new ones work. */
  forget(): void;
  /** The next `count` answers end in the middle, and their connections with them. */
  cutAnswers(count: number): void;
  /** Works again. Connections that lost something are broken, those that only waited go on. */
  heal(): void;
  /** How many were made so far, also those that are gone. */
  connections(): number;
  close(): Promise<void>;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** Bytes of it are lost, so that it can never be whole again. */
  isDead: boolean;
}

type Mode = 'pass' | 'refuse' | 'silence' | 'no-answers';

/** A TCP proxy on a port of its own before `target`, a URL or connection string that names a host and a port. */
export async function startNetwork(target: string): Promise<Network> {
  const named = /(?:127\.0\.0\.1|localhost):(\d+)/.exec(target);
  const targetPort = Number(named?.[1]);
  if (!Number.isInteger(targetPort)) throw new Error(`There is no host and port in ${target}.`);
  const pairs = new Set<Pair>();
  let mode: Mode = 'pass';
  let delayMs = 0;
  let answersToCut = 0;
  let connections = 0;

  /** One direction of a connection, whose bytes keep their order also when a delay ends. */
  const makeDirection = () => {
    let waiting = 0;
    let last: Promise<unknown> = Promise.resolve();
    return (work: () => void) => {
      if (delayMs === 0 && waiting === 0) return work();
      const due = sleep(delayMs);
      waiting += 1;
      last = Promise.all([last, due]).then(() => {
        waiting -= 1;
        work();
      });
    };
  };
  const breakPair = (pair: Pair, how: 'destroy' | 'resetAndDestroy' = 'destroy') => {
    pair.near[how]();
    pair.far[how]();
    pairs.delete(pair);
  };
  const write = (socket: Socket, bytes: Buffer) => void (socket.writable && socket.write(bytes));

  const server = createServer((near) => {
    connections += 1;
    near.on('error', () => undefined);
    if (mode === 'refuse') return void near.resetAndDestroy();
    const far = connect(targetPort, '127.0.0.1');
    const pair: Pair = { near, far, isDead: mode !== 'pass' };
    pairs.add(pair);
    const forth = makeDirection();
    const back = makeDirection();
    near.setNoDelay(true);
    far.setNoDelay(true);
    for (const socket of [near, far]) {
      socket.on('error', () => breakPair(pair));
      // A silent network does not tell one side that the other has gone.
      socket.on('close', () => (pair.isDead && mode !== 'pass') || breakPair(pair));
    }
    near.on('data', (bytes) => {
      if (pair.isDead && mode !== 'no-answers') return;
      if (mode === 'silence') pair.isDead = true;
      else forth(() => write(far, bytes));
    });
    far.on('data', (bytes) => {
      if (pair.isDead) return;
      if (mode === 'silence' || mode === 'no-answers') {
        pair.isDead = true;
      } else if (answersToCut > 0 && bytes.length > 1) {
        answersToCut -= 1;
        pair.isDead = true;
        near.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => breakPair(pair));
      } else back(() => write(near, bytes));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const breakAll = (how?: 'resetAndDestroy') => {
    for (const pair of [...pairs]) breakPair(pair, how);
  };
  return {
    via: (address) => address.replace(/(127\.0\.0\.1|localhost):\d+/, `127.0.0.1:${port}`),
    delay(ms) {
      delayMs = ms;
    },
    cut() {
      mode = 'refuse';
      breakAll();
    },
    reset: () => breakAll('resetAndDestroy'),
    silence() {
      mode = 'silence';
    },
    swallowAnswers() {
      mode = 'no-answers';
    },
    forget() {
      for (const pair of pairs) pair.isDead = true;
    },
    cutAnswers(count) {
      answersToCut = count;
    },
    heal() {
      mode = 'pass';
      delayMs = 0;
      answersToCut = 0;
      for (const pair of [...pairs]) if (pair.isDead) breakPair(pair);
    },
    connections: () => connections,
    async close() {
      breakAll();
      server.close();
      await Promise.race([once(server, 'close'), sleep(1_000)]);
    },
  };
}
