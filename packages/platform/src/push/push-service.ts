import { WebPubSubServiceClient } from '@azure/web-pubsub';
import { pushHub } from '@valerix/contracts/push';
import type { z } from 'zod';
import { text } from '../config.ts';

/** The connection string of a Web PubSub service, as a setting. */
export const pushConnection = (): z.ZodType<string> =>
  text().refine(
    (given) => URL.canParse(endpointOf(given) ?? '') && /(^|;)accesskey=[^;]/i.test(given),
    'must look like Endpoint=https://...;AccessKey=...;Version=1.0;',
  );

/** The SDK's client of our hub. Nothing is connected before the first use. */
export function openPushService(connectionString: string): WebPubSubServiceClient {
  return new WebPubSubServiceClient(connectionString, pushHub, {
    // The client refuses plain HTTP unless told, even where its own connection string says so.
    allowInsecureConnection: endpointOf(connectionString)?.startsWith('http://') ?? false,
    // A later event says more than the repetition of this one.
    retryOptions: { maxRetries: 0 },
  });
}

function endpointOf(connectionString: string): string | undefined {
  return /(?:^|;)endpoint=([^;]+)/i.exec(connectionString)?.[1];
}
