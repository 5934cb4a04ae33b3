import { WebPubSubClient, WebPubSubJsonReliableProtocol } from '@azure/web-pubsub-client';
import type { AnyEvent } from '@valerix/contracts/events';
import { eventsOf } from '@valerix/contracts/push';
import type { Channel } from './channel-state.ts';
import { messageOf } from './service-calls.ts';

export interface ChannelOptions {
  /** Asks for a fresh address with a token in it; rejects when there is none to be had. */
  readonly negotiate: () => Promise<string>;
  readonly onEvents: (events: readonly AnyEvent[]) => void;
  readonly onState: (channel: Channel) => void;
  /** Something may have been missed: the channel is new, or spoke again after a silence. */
  readonly onMayHaveMissed: () => void;
}

const PING_EVERY_MS = 4_000;
/** Two pings without any answer: the client itself would notice only when the socket closes. */
const SILENT_AFTER_MS = 9_000;
/** The client then drops the socket and connects anew. */
const GIVEN_UP_AFTER_MS = 20_000;
const RETRY_FIRST_START_MS = 3_000;

/** Listens to the operators' channel until `close`, through every outage. */
export function openChannel(options: ChannelOptions): { close(): void } {
  const { negotiate, onEvents, onState, onMayHaveMissed } = options;
  let closed = false;
  let state: Channel['state'] = 'connecting';
  let lastFrameAt = Date.now();
  let retry: ReturnType<typeof setTimeout> | undefined;

  const turn = (next: Channel['state'], reason?: string) => {
    if (closed || next === state) return;
    state = next;
    onState({ state, since: Date.now(), reason });
  };

  const frameArrived = () => {
    lastFrameAt = Date.now();
    if (state !== 'silent') return;
    turn('live');
    onMayHaveMissed();
  };

  const client = new WebPubSubClient(
    {
      async getClientAccessUrl() {
        // `stop` is lost on a client that is connecting; without an address it waits here, forever and for free.
        if (closed) return new Promise<never>(() => {});
        try {
          return await negotiate();
        } catch (error) {
          turn('down', messageOf(error));
          throw error;
        }
      },
    },
    {
      protocol: watched(frameArrived),
      keepAliveIntervalInMs: PING_EVERY_MS,
      keepAliveTimeoutInMs: GIVEN_UP_AFTER_MS,
      reconnectRetryOptions: { mode: 'Exponential', retryDelayInMs: 1_000, maxRetryDelayInMs: 8_000 },
    },
  );

  client.on('connected', () => {
    if (closed) return client.stop();
    lastFrameAt = Date.now();
    turn('live');
    onMayHaveMissed();
  });
  client.on('disconnected', () => turn('down', 'the connection was lost'));
  client.on('group-message', ({ message }) => {
    if (closed) return;
    const events = eventsOf(message.data);
    if (events.length > 0) onEvents(events);
  });

  const start = () => {
    client.start().catch((error: unknown) => {
      if (closed) return;
      turn('down', messageOf(error));
      retry = setTimeout(start, RETRY_FIRST_START_MS);
    });
  };
  start();

  const watch = setInterval(() => {
    if (state === 'live' && Date.now() - lastFrameAt > SILENT_AFTER_MS) turn('silent', 'nothing arrives');
  }, 1_000);

  return {
    close() {
      closed = true;
      clearInterval(watch);
      clearTimeout(retry);
      client.stop();
    },
  };
}

/** The reliable protocol, which also tells of every frame that arrives, pongs included. */
function watched(frameArrived: () => void) {
  const protocol = WebPubSubJsonReliableProtocol();
  return {
    ...protocol,
    parseMessages(input: string | ArrayBuffer | Buffer) {
      frameArrived();
      return protocol.parseMessages(input);
    },
    writeMessage: protocol.writeMessage.bind(protocol),
  };
}
