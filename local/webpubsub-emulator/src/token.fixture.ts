import { createHmac } from 'node:crypto';

interface Forgery {
  readonly key: string;
  readonly alg?: string;
  readonly header?: object;
}

/** A token made without the emulator's own code, right or wrong as the test wants it. */
export function forgeToken(claims: object, { key, alg = 'HS256', header = {} }: Forgery): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg, typ: 'JWT', ...header })}.${encode(claims)}`;
  if (alg === 'none') return `${signed}.`;
  const hash = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }[alg];
  if (!hash) throw new Error(`No such algorithm: ${alg}.`);
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
}

export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}
