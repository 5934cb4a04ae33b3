/**
 * Messages per second through the emulator with the unmodified SDKs: they in one process, the emulator in another.
 * node local/webpubsub-emulator/bench.ts [sends per case, default 10000]
 */
import { WebPubSubServiceClient } from '@azure/web-pubsub';
import {
  WebPubSubClient,
  type WebPubSubClientProtocol,
  WebPubSubJsonProtocol,
  WebPubSubJsonReliableProtocol,
} from '@azure/web-pubsub-client';
import { freePortBase } from '../../tests/system/free-ports.ts';
import { spawnEmulator } from './src/process.fixture.ts';

const COUNT = Number(process.argv[2] ?? 10_000);
const KEY = 'bench-key-0123456789-0123456789-0123456789';
const MESSAGE = {
  events: [
    {
      eventId: 'a6f0e9e0-4f0b-4f57-9d3e-6a4a8e3f0c11',
      type: 'OrderConfirmed',
      data: { orderId: 'a6f0e9e0-4f0b-4f57-9d3e-6a4a8e3f0c12', note: 'x'.repeat(250) },
    },
  ],
};

/** Counts what all receivers of a group have got, and tells when it is as much as was wanted. */
interface Receivers {
  readonly size: number;
  got(messages: number): Promise<void>;
  stop(): void;
}

const port = await freePortBase();
const emulator = await spawnEmulator(['--port', String(port)], { WEBPUBSUB_ACCESS_KEY: KEY });
const service = new WebPubSubServiceClient(`Endpoint=http://127.0.0.1:${port};AccessKey=${KEY};Version=1.0;`, 'bench', {
  allowInsecureConnection: true,
});

async function connect(group: string, protocol: WebPubSubClientProtocol): Promise<WebPubSubClient> {
  const token = { groups: [group], roles: ['webpubsub.sendToGroup'] };
  const client = new WebPubSubClient(
    { getClientAccessUrl: async () => (await service.getClientAccessToken(token)).url },
    { protocol, keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 },
  );
  const connected = new Promise<unknown>((resolve) => client.on('connected', resolve));
  await client.start();
  await connected;
  return client;
}

async function connectReceivers(size: number, group: string, protocol: WebPubSubClientProtocol): Promise<Receivers> {
  let count = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let done = (): void => {};
  const clients = await Promise.all(Array.from({ length: size }, () => connect(group, protocol)));
  for (const client of clients) {
    client.on('group-message', () => {
      if (++count >= wanted) done();
    });
  }
  return {
    size,
    got: (messages) =>
      new Promise((resolve) => {
        wanted = messages;
        done = resolve;
        if (count >= wanted) resolve();
      }),
    stop() {
      for (const client of clients) client.stop();
    },
  };
}

/** Runs `work` count times, `width` of them at once. */
async function inFlight(count: number, width: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function measure(name: string, sends: number, receivers: Receivers, send: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  const got = receivers.got(sends * receivers.size);
  await send();
  await got;
  const seconds = (performance.now() - started) / 1000;
  const perSecond = (count: number): string =>
    Math.round(count / seconds)
      .toLocaleString('en-US')
      .padStart(8);
  console.log(`${name.padEnd(50)} ${perSecond(sends)} sent/s ${perSecond(sends * receivers.size)} received/s`);
}

const few = Math.ceil(COUNT / 10);
try {
  const protocols = { plain: WebPubSubJsonProtocol(), reliable: WebPubSubJsonReliableProtocol() };
  for (const [kind, protocol] of Object.entries(protocols)) {
    for (const [size, sends] of [
      [1, COUNT],
      [100, few],
    ] as const) {
      const group = `${kind}-${size}`;
      const to = `to ${size} ${kind}`;
      const rest = await connectReceivers(size, `${group}-rest`, protocol);
      await measure(`REST, 20 in flight, ${to}`, sends, rest, () =>
        inFlight(sends, 20, () => service.group(`${group}-rest`).sendToAll(MESSAGE)),
      );
      rest.stop();
      const sender = await connect('senders', protocol);
      const receivers = await connectReceivers(size, group, protocol);
      await measure(`a client, without acks, ${to}`, sends, receivers, async () => {
        for (let left = sends; left > 0; left--) {
          void sender.sendToGroup(group, MESSAGE, 'json', { fireAndForget: true });
        }
      });
      receivers.stop();
      sender.stop();
    }
  }
} finally {
  await emulator.end('SIGTERM');
}
