import type { Negotiation } from '@valerix/contracts/push';
import type { WebPubSubConnection } from '../azure/connection-settings.ts';
import { MINUTE, SECOND } from '../durations.ts';
import { RequestError } from '../problem.ts';
import { openPushService } from './push-service.ts';

const TOKEN_MINUTES = 60;
/** A page that gets no address reads the order itself every 2 s meanwhile. */
const SIGN_WITHIN_MS = 2 * SECOND;

/**
 * Makes addresses of Web PubSub whose token hears one group and may neither send nor join anything. With a connection
 * string they are signed here: it needs no network, and works while the service is away. An identity holds no key, so the
 * service signs; while it is away, `temporarily_unavailable` is thrown in bounded time.
 */
export function makeClientUrl(
  connection: WebPubSubConnection,
  now: () => number = Date.now,
): (group: string) => Promise<Negotiation> {
  const service = openPushService(connection);
  return async (group) => {
    // Tokens count whole seconds.
    const expiresAt = Math.floor(now() / SECOND) * SECOND + TOKEN_MINUTES * MINUTE;
    const abortSignal = AbortSignal.timeout(SIGN_WITHIN_MS);
    const signed = service.getClientAccessToken({
      groups: [group],
      expirationTimeInMinutes: TOKEN_MINUTES,
      abortSignal,
    });
    // The identity's own token is fetched on the way, and that does not always hear the signal.
    const { url } = await Promise.race([signed, endOf(abortSignal)]).catch((cause: unknown) => {
      throw new RequestError('temporarily_unavailable', {}, { cause });
    });
    return { url, expiresAt: new Date(expiresAt).toISOString() };
  };
}

function endOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
