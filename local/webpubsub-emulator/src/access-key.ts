import { randomBytes } from 'node:crypto';

/** The access key cannot be used; the message says why. */
export class AccessKeyError extends Error {
  override readonly name = 'AccessKeyError';
}

/** HS256 asks for a key at least as long as its hash. */
const MIN_BYTES = 32;

/** Throws AccessKeyError. The key stands in a connection string, where a semicolon would end it. */
export function checkAccessKey(key: string): void {
  if (Buffer.byteLength(key) < MIN_BYTES) {
    throw new AccessKeyError(
      `The access key must have at least ${MIN_BYTES} bytes; this one has ${Buffer.byteLength(key)}.`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(key) || key.includes(';')) {
    throw new AccessKeyError('The access key must be printable ASCII without spaces and semicolons.');
  }
}

export function makeAccessKey(): string {
  return randomBytes(33).toString('base64');
}
