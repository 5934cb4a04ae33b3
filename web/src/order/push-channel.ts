import { eventsOf } from '@valerix/contracts/push';
import type { ShopApi } from '../app/shop-api.ts';
import type { PushListener } from './follow-order.ts';

const RETRY_FIRST_MS = 2000;
const RETRY_MAX_MS = 30_000;

/**
 * Opens the push channel of an order and keeps it open; answers how to close it. The client's code is loaded only now:
 * most pages of the shop have nothing to listen to.
 */
export function openPushChannel(
  api: Pick<ShopApi, 'negotiate'>,
  orderId: string,
  { channelIs, heard }: PushListener,
): () => void {
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopClient: (() => void) | undefined;

  const address = async (): Promise<string> => {
    const answer = await api.negotiate(orderId);
    if (answer.kind === 'answered') return answer.body.url;
    throw new Error(`No address of the push channel: ${answer.kind}`);
  };

  const open = async (attempt: number) => {
    try {
      const { WebPubSubClient } = await import('@azure/web-pubsub-client');
      if (closed) return;
      const client = new WebPubSubClient(
        { getClientAccessUrl: address },
        { reconnectRetryOptions: { mode: 'Exponential', retryDelayInMs: 1000, maxRetryDelayInMs: RETRY_MAX_MS } },
      );
      client.on('connected', () => !closed && channelIs('live'));
      client.on('disconnected', () => !closed && channelIs('down'));
      client.on('group-message', ({ message }) => !closed && heard(eventsOf(message.data)));
      const started = client.start();
      // A stop during the start is lost and would leave the socket open, so it waits for the start to be over.
      stopClient = () => void started.finally(() => client.stop()).catch(() => {});
      await started;
    } catch {
      // The first connection is not retried by the client, only later ones.
      stopClient = undefined;
      if (closed) return;
      channelIs('down');
      timer = setTimeout(() => void open(attempt + 1), Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempt));
    }
  };

  void open(0);
  return () => {
    closed = true;
    clearTimeout(timer);
    stopClient?.();
  };
}
