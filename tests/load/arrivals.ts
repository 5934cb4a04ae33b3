import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** One request and what came of it. */
export interface Arrival {
  /** Milliseconds since the arrivals began. */
  readonly atMs: number;
  readonly status: number | 'no answer';
  /** Milliseconds until the whole answer was there. */
  readonly tookMs: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
}

export interface Offered {
  readonly arrivals: readonly Arrival[];
  /** Arrivals that were due and not sent, because every socket was busy. */
  readonly unsent: number;
  readonly seconds: number;
}

export interface Client {
  /**
   * Opens every socket. Under load Node accepts about ten new connections a second, one per turn of its loop, so that a
   * measure of orders would be one of connections; on Azure the platform accepts them, not Node.
   */
  open(): Promise<void>;
  /** Sends so many a second for so long whether or not answers come, as shoppers do; then waits for all answers. */
  offer(perSecond: number, seconds: number, bodyAt: (n: number) => string): Promise<Offered>;
  /** Sends the next one when one is answered, for so long. */
  saturate(concurrency: number, seconds: number, bodyAt: (n: number) => string): Promise<Offered>;
  close(): void;
}

const TICK_MS = 10;

/** Plain node:http with sockets that are kept: `fetch` costs the shared cores three times as much. */
export function makeClient(url: string, maxSockets: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets, maxFreeSockets: maxSockets });
  const { hostname, port, pathname: path } = new URL(url);
  let busy = 0;

  /** One request; never rejects. */
  const post = (body: string, startedAt = performance.now()): Promise<Arrival> =>
    new Promise((resolve) => {
      busy += 1;
      const sentAt = performance.now();
      const end = (status: Arrival['status'], text: string, retryAfter: string | undefined) => {
        busy -= 1;
        resolve({ atMs: sentAt - startedAt, status, tookMs: performance.now() - sentAt, body: text, retryAfter });
      };
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const call = request({ agent, hostname, port, path, method: 'POST', headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => end(response.statusCode ?? 'no answer', text, response.headers['retry-after']));
        response.on('error', (error) => end('no answer', String(error), undefined));
      });
      call.on('error', (error) => end('no answer', String(error), undefined));
      call.end(body);
    });

  return {
    async open() {
      await Promise.all(Array.from({ length: maxSockets }, () => post('{}')));
    },
    async offer(perSecond, seconds, bodyAt) {
      const arrivals: Promise<Arrival>[] = [];
      const startedAt = performance.now();
      let due = 0;
      let unsent = 0;
      for (;;) {
        const elapsed = (performance.now() - startedAt) / 1000;
        for (; due < perSecond * Math.min(elapsed, seconds); due += 1) {
          if (busy < maxSockets) arrivals.push(post(bodyAt(due), startedAt));
          else unsent += 1;
        }
        if (elapsed >= seconds) return { arrivals: await Promise.all(arrivals), unsent, seconds };
        await delay(TICK_MS);
      }
    },
    async saturate(concurrency, seconds, bodyAt) {
      const arrivals: Arrival[] = [];
      const startedAt = performance.now();
      let begun = 0;
      const shopper = async () => {
        while (performance.now() - startedAt < seconds * 1000) arrivals.push(await post(bodyAt(begun++), startedAt));
      };
      await Promise.all(Array.from({ length: concurrency }, shopper));
      return { arrivals, unsent: 0, seconds: (performance.now() - startedAt) / 1000 };
    },
    close: () => agent.destroy(),
  };
}
