import { WebPubSubServiceClient } from '@azure/web-pubsub';
import {
  type GroupDataMessage,
  type OnConnectedArgs,
  type OnDisconnectedArgs,
  type ServerDataMessage,
  WebPubSubClient,
  type WebPubSubClientOptions,
  WebPubSubJsonProtocol,
  WebPubSubJsonReliableProtocol,
} from '@azure/web-pubsub-client';
import { afterAll, beforeAll, vi } from 'vitest';
import type { Clock } from './clock.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import type { Limits } from './limits.ts';

export const HUB = 'valerix';
export const KEY = 'a-key-for-tests-0123456789-0123456789=';

/** A clock that runs, and that a test can push forward. */
interface PushableClock extends Clock {
  push(milliseconds: number): void;
}

export type TokenOptions = NonNullable<Parameters<WebPubSubServiceClient['getClientAccessToken']>[0]>;

interface ClientSettings extends WebPubSubClientOptions {
  /** Default: the reliable one, as the SDK's. */
  readonly reliable?: boolean;
  /** Where the client finds the emulator, when not at its own port. */
  readonly endpoint?: string;
}

/** An unmodified SDK client and everything that it has told. */
export interface HeardClient {
  readonly client: WebPubSubClient;
  readonly id: string;
  readonly connected: OnConnectedArgs[];
  readonly disconnected: OnDisconnectedArgs[];
  readonly server: ServerDataMessage[];
  readonly group: GroupDataMessage[];
  stopped: number;
  /** How often it asked for a token. */
  tokens: number;
}

export interface Running {
  readonly emulator: Emulator;
  readonly service: WebPubSubServiceClient;
  readonly clock: PushableClock;
  /** The service client for another hub, key or address. */
  serviceFor(hub: string, settings?: { readonly key?: string; readonly endpoint?: string }): WebPubSubServiceClient;
  /** Connects and waits for `connected`. */
  connect(token?: TokenOptions, settings?: ClientSettings): Promise<HeardClient>;
  /** The address for a WebSocket of any kind. */
  clientUrl(token?: TokenOptions): Promise<string>;
}

/** Starts an emulator for a test file, and ends it and its clients after it. */
export function withEmulator(limits: Partial<Limits> = {}): Running {
  let ahead = 0;
  const clock: PushableClock = {
    now: () => Date.now() + ahead,
    push(milliseconds) {
      ahead += milliseconds;
    },
  };
  const clients: HeardClient[] = [];
  let emulator: Emulator | undefined;

  function started(): Emulator {
    if (!emulator) throw new Error('The emulator is there only while tests run.');
    return emulator;
  }

  beforeAll(async () => {
    emulator = await startEmulator({ accessKey: KEY, limits, clock });
  });

  afterAll(async () => {
    for (const { client } of clients) client.stop();
    await emulator?.close();
  });

  const running: Running = {
    clock,
    get emulator() {
      return started();
    },
    get service() {
      return running.serviceFor(HUB);
    },
    serviceFor(hub, { key = KEY, endpoint = started().endpoint } = {}) {
      return new WebPubSubServiceClient(`Endpoint=${endpoint};AccessKey=${key};Version=1.0;`, hub, {
        allowInsecureConnection: true,
        retryOptions: { maxRetries: 0 },
      });
    },
    async clientUrl(token = {}) {
      return (await running.service.getClientAccessToken(token)).url;
    },
    async connect(token = {}, { reliable = true, endpoint, ...options } = {}) {
      const service = running.serviceFor(HUB, endpoint === undefined ? {} : { endpoint });
      const client = new WebPubSubClient(
        {
          getClientAccessUrl: async () => {
            heard.tokens++;
            return (await service.getClientAccessToken(token)).url;
          },
        },
        {
          protocol: reliable ? WebPubSubJsonReliableProtocol() : WebPubSubJsonProtocol(),
          messageRetryOptions: { maxRetries: 0 },
          keepAliveIntervalInMs: 0,
          keepAliveTimeoutInMs: 0,
          ...options,
        },
      );
      const heard = listenTo(client);
      clients.push(heard);
      await client.start();
      await eventually(() => heard.connected.length > 0);
      return heard;
    },
  };
  return running;
}

function listenTo(client: WebPubSubClient): HeardClient {
  const heard: HeardClient = {
    client,
    get id() {
      return heard.connected.at(-1)?.connectionId ?? '';
    },
    connected: [],
    disconnected: [],
    server: [],
    group: [],
    stopped: 0,
    tokens: 0,
  };
  client.on('connected', (event) => heard.connected.push(event));
  client.on('disconnected', (event) => heard.disconnected.push(event));
  client.on('server-message', ({ message }) => heard.server.push(message));
  client.on('group-message', ({ message }) => heard.group.push(message));
  client.on('stopped', () => {
    heard.stopped++;
  });
  return heard;
}

/** Waits until it holds; fails with the condition's own text after 10 s. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error(`This did not come true: ${holds}`);
    },
    { timeout: 10_000, interval: 5 },
  );
}
