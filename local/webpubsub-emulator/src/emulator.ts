import { createServer, type Server } from 'node:http';
import { checkAccessKey, makeAccessKey } from './access-key.ts';
import { makeClientEndpoint } from './client-endpoint.ts';
import { type Clock, systemClock } from './clock.ts';
import { makeHubs } from './hubs.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { listen } from './listening.ts';
import { makeRestEndpoint } from './rest-endpoint.ts';
import { makeTokens } from './tokens.ts';

export interface EmulatorOptions {
  /** Signs and checks every token; default: one made at random, to be found in the connection string. */
  readonly accessKey?: string | undefined;
  /** Whether the token of an identity, which is signed by somebody else, opens REST as well; default: none does. */
  readonly checkIdentityToken?: (token: string) => boolean;
  /** 0 (the default) takes a free one. */
  readonly port?: number;
  /** Default: this machine alone, on both of its loopback addresses. */
  readonly host?: string;
  /** What differs from DEFAULT_LIMITS. */
  readonly limits?: Partial<Limits>;
  /** Tests move it to end recovery windows and tokens. */
  readonly clock?: Clock;
  /** Receives what went wrong inside; default: standard error. */
  readonly log?: (line: string) => void;
}

export interface Emulator {
  readonly port: number;
  /** Address of REST and, with `ws:`, of clients. */
  readonly endpoint: string;
  /** For the SDK, which also needs its option `allowInsecureConnection: true`. */
  readonly connectionString: string;
  /** Drops every client and leaves no timer or socket behind. */
  close(): Promise<void>;
}

const DEFAULT_HOST = '127.0.0.1';
/** How late the end of a recovery window or a silent socket may be noticed. */
const TICK_MS = 250;
/** Sockets beside those of clients: REST callers, and clients that are being refused. */
const SPARE_SOCKETS = 500;

/** Throws AccessKeyError or PortTakenError. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { accessKey = makeAccessKey(), port = 0, host = DEFAULT_HOST, clock = systemClock } = options;
  checkAccessKey(accessKey);
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const log = options.log ?? ((line: string) => console.error(`[webpubsub-emulator] ${line}`));
  const report = (what: string, error: unknown): void => log(`Could not ${what}: ${describe(error)}`);

  const hubs = makeHubs(limits, clock);
  const tokens = makeTokens(accessKey, clock, options.checkIdentityToken);
  const clients = makeClientEndpoint({ hubs, tokens, limits });
  const rest = makeRestEndpoint({ hubs, tokens, limits, report });
  const makeServer = (): Server => {
    const server = createServer(rest);
    server.maxConnections = limits.maxConnections + SPARE_SOCKETS;
    return server.on('upgrade', clients.upgrade);
  };
  const listener = await listen(makeServer, host, port);
  const ticking = setInterval(() => hubs.tick(), TICK_MS);
  const endpoint = `http://${reachable(host)}:${listener.port}`;
  let closing: Promise<void> | undefined;
  return {
    port: listener.port,
    endpoint,
    connectionString: `Endpoint=${endpoint};AccessKey=${accessKey};Version=1.0;`,
    close() {
      closing ??= stop();
      return closing;
    },
  };

  function stop(): Promise<void> {
    clearInterval(ticking);
    const stopped = listener.close();
    hubs.dropAll();
    clients.close();
    return stopped;
  }
}

/** An address that a client on this machine can use, also when the emulator listens on all of them. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return DEFAULT_HOST;
  return host.includes(':') ? `[${host}]` : host;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
