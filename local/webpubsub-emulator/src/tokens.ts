import type { Clock } from './clock.ts';
import { type Claims, signToken, type Verdict, verifyToken } from './jwt.ts';

/** What a client's token allows. */
export interface ClientGrant {
  readonly userId: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

type ClientVerdict =
  | { readonly kind: 'valid'; readonly grant: ClientGrant }
  | { readonly kind: 'refused'; readonly reason: string };

export interface Tokens {
  /** `url` as the caller asked for it, with its query: the SDK signs that. */
  checkRest(token: string | undefined, url: string): Verdict;
  checkClient(token: string | undefined, origin: string, hub: string): ClientVerdict;
  checkReconnection(token: string | undefined, connectionId: string): Verdict;
  issueClient(grant: ClientGrant, origin: string, hub: string, lifetimeMs: number): string;
  issueReconnection(connectionId: string): string;
}

const MINUTE = 60_000;
const SKEW_MS = 5 * MINUTE;
/** A recovery may come at any time in the life of a connection, so its token outlives any connection. */
const RECONNECTION_LIFETIME_MS = 7 * 24 * 60 * MINUTE;
/** Keeps a reconnection token from ever passing for one that was signed with the same key by somebody else. */
const RECONNECTION_ISSUER = 'urn:webpubsub-emulator:reconnection';

/** The tokens of REST callers, of clients and of recoveries. All are HS256 with the access key; the audience differs. */
export function makeTokens(key: string, clock: Clock, isIdentity: (token: string) => boolean = () => false): Tokens {
  function check(token: string | undefined, audiences: readonly string[], skewMs = SKEW_MS): Verdict {
    if (!token) return { kind: 'refused', reason: 'there is none' };
    const verdict = verifyToken(token, { key, now: clock.now(), skewMs });
    if (verdict.kind === 'refused' || hasAudience(verdict.claims, audiences)) return verdict;
    return { kind: 'refused', reason: `its audience is not ${audiences[0]}` };
  }

  function issue(claims: Claims, lifetimeMs: number): string {
    const now = clock.now();
    return signToken({ iat: seconds(now), nbf: seconds(now), exp: seconds(now + lifetimeMs), ...claims }, key);
  }

  return {
    checkRest(token, url) {
      if (token && isIdentity(token)) return { kind: 'valid', claims: {} };
      return check(token, [url, withoutQuery(url)]);
    },
    checkClient(token, origin, hub) {
      const verdict = check(token, [clientAudience(origin, hub)]);
      return verdict.kind === 'valid' ? { kind: 'valid', grant: readGrant(verdict.claims) } : verdict;
    },
    checkReconnection(token, connectionId) {
      const verdict = check(token, [connectionId], 0);
      if (verdict.kind === 'refused' || verdict.claims.iss === RECONNECTION_ISSUER) return verdict;
      return { kind: 'refused', reason: 'it is not a reconnection token' };
    },
    issueClient({ userId, roles, groups }, origin, hub, lifetimeMs) {
      const claims = { aud: clientAudience(origin, hub), role: roles, 'webpubsub.group': groups };
      return issue(userId === undefined ? claims : { ...claims, sub: userId }, lifetimeMs);
    },
    issueReconnection: (connectionId) =>
      issue({ iss: RECONNECTION_ISSUER, aud: connectionId }, RECONNECTION_LIFETIME_MS),
  };
}

function clientAudience(origin: string, hub: string): string {
  return `${origin}/client/hubs/${hub}`;
}

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] as string;
}

/** Case does not count, nor does how the URL is escaped: callers differ in both. */
function hasAudience({ aud }: Claims, accepted: readonly string[]): boolean {
  const named = toStrings(aud).map(comparable);
  return accepted.some((audience) => named.includes(comparable(audience)));
}

function comparable(audience: string): string {
  try {
    return decodeURIComponent(audience).toLowerCase();
  } catch {
    // A lone % sign: compared as it is written.
    return audience.toLowerCase();
  }
}

function readGrant(claims: Claims): ClientGrant {
  return {
    userId: typeof claims.sub === 'string' && claims.sub !== '' ? claims.sub : undefined,
    roles: toStrings(claims.role),
    groups: toStrings(claims['webpubsub.group']),
  };
}

/** A claim with one value is that value, one with several an array. */
function toStrings(claim: unknown): string[] {
  return [claim].flat().filter((value) => typeof value === 'string');
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
