import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token says; nothing in it is to be believed before its signature has been checked. */
export type Claims = Readonly<Record<string, unknown>>;

export type Verdict =
  | { readonly kind: 'valid'; readonly claims: Claims }
  | { readonly kind: 'refused'; readonly reason: string };

interface Checks {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How far the clocks of issuer and emulator may differ. */
  readonly skewMs: number;
}

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** Signs with HS256. The key is used as it is written: the SDKs do not decode it from base64 either. */
export function signToken(claims: Claims, key: string): string {
  const signed = `${HEADER}.${encode(claims)}`;
  return `${signed}.${sign(signed, key).toString('base64url')}`;
}

/**
 * Accepts HS256 alone: a token that names another algorithm, `none` above all, is refused before anything else of it is
 * looked at. A token without an end is refused, too.
 */
export function verifyToken(token: string, { key, now, skewMs }: Checks): Verdict {
  const [header, payload, signature, ...rest] = token.split('.');
  if (!header || !payload || !signature || rest.length > 0) return refused('it is not a JSON Web Token');
  const described = decode(header);
  if (described?.alg !== 'HS256') return refused('its algorithm is not HS256');
  if ('crit' in described) return refused('it demands an extension');
  const expected = sign(`${header}.${payload}`, key);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return refused('its signature is wrong');
  const claims = decode(payload);
  if (!claims) return refused('its claims cannot be read');
  const { exp, nbf } = claims;
  if (typeof exp !== 'number') return refused('it has no end (exp)');
  if (exp * 1000 + skewMs <= now) return refused('it has expired');
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf * 1000 - skewMs > now))
    return refused('it is not valid yet');
  return { kind: 'valid', claims };
}

function refused(reason: string): Verdict {
  return { kind: 'refused', reason };
}

function sign(text: string, key: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function encode(value: Claims): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    // Not JSON: the caller refuses the token and says which part could not be read.
    return undefined;
  }
}
