import type { Negotiation } from '@valerix/contracts/push';
import { MINUTE, SECOND } from '../durations.ts';
import { openPushService } from './push-service.ts';

const TOKEN_MINUTES = 60;

/**
 * Makes addresses of Web PubSub whose token hears one group and may neither send nor join anything. With a connection
 * string they are signed here: it needs no network, and works while the service is away.
 */
export function makeClientUrl(
  connectionString: string,
  now: () => number = Date.now,
): (group: string) => Promise<Negotiation> {
  const service = openPushService(connectionString);
  return async (group) => {
    // Tokens count whole seconds.
    const expiresAt = Math.floor(now() / SECOND) * SECOND + TOKEN_MINUTES * MINUTE;
    const { url } = await service.getClientAccessToken({ groups: [group], expirationTimeInMinutes: TOKEN_MINUTES });
    return { url, expiresAt: new Date(expiresAt).toISOString() };
  };
}
