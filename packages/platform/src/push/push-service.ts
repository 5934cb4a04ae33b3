import { WebPubSubServiceClient } from '@azure/web-pubsub';
import { pushHub } from '@valerix/contracts/push';
import type { WebPubSubConnection } from '../azure/connection-settings.ts';
import { processIdentity } from '../azure/credential.ts';

/** A later event says more than the repetition of this one. */
const retryOptions = { maxRetries: 0 };

/** The SDK's client of our hub. Nothing is connected before the first use. */
export function openPushService(connection: WebPubSubConnection): WebPubSubServiceClient {
  if ('connectionString' in connection) {
    return new WebPubSubServiceClient(connection.connectionString, pushHub, {
      // The client refuses plain HTTP unless told, even where its own connection string says so.
      allowInsecureConnection: /(?:^|;)endpoint=http:/i.test(connection.connectionString),
      retryOptions,
    });
  }
  return new WebPubSubServiceClient(connection.serviceUri, processIdentity, pushHub, { retryOptions });
}
