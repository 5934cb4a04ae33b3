import { WebPubSubClient } from '@azure/web-pubsub-client';
import type { AnyEvent } from '@valerix/contracts/events';
import { eventsOf, negotiation } from '@valerix/contracts/push';
import { request } from './shop.ts';

export interface PushListener {
  /** Everything heard so far, in the order in which it came. */
  readonly heard: readonly { readonly group: string; readonly event: AnyEvent }[];
  readonly client: WebPubSubClient;
  stop(): Promise<void>;
}

/** Connects as a site does: asks an endpoint where to, and hears what its token lets it hear. */
export async function listenTo(negotiateUrl: string, headers: Record<string, string> = {}): Promise<PushListener> {
  const negotiate = async () => {
    const answer = await request(negotiateUrl, { headers });
    if (answer.status !== 200) throw new Error(`negotiate answered ${answer.status}`);
    return negotiation.parse(answer.body).url;
  };
  // Without its keep-alive timers, which would keep the process for 40 s after the end.
  const client = new WebPubSubClient(
    { getClientAccessUrl: negotiate },
    { keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0, messageRetryOptions: { maxRetries: 0 } },
  );
  const heard: { group: string; event: AnyEvent }[] = [];
  client.on('group-message', ({ message }) => {
    for (const event of eventsOf(message.data)) heard.push({ group: message.group, event });
  });
  const connected = new Promise<void>((resolve) => client.on('connected', () => resolve()));
  const stopped = new Promise<void>((resolve) => client.on('stopped', () => resolve()));
  await client.start();
  await connected;
  return {
    heard,
    client,
    async stop() {
      client.stop();
      await stopped;
    },
  };
}
