import { randomFillSync } from 'node:crypto';

// Random bytes are drawn in bulk: one draw per token costs more than the rest of a delivery.
const pool = Buffer.allocUnsafe(16 * 1024);
let used = pool.length;

/** A random GUID in the byte order of .NET's Guid, which is what a delivery tag carries. */
export function newLockToken(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const token = Buffer.from(pool.subarray(used, used + 16));
  used += 16;
  token[7] = ((token[7] ?? 0) & 0x0f) | 0x40; // version 4
  token[8] = ((token[8] ?? 0) & 0x3f) | 0x80; // RFC 4122 variant
  return token;
}

/** Between .NET's Guid byte order (delivery tag) and RFC 4122 order (AMQP uuid); its own inverse. */
export function swapGuidOrder(guid: Buffer): Buffer {
  const swapped = Buffer.from(guid);
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return swapped;
}

/** For use as a map key. */
export function tokenKey(token: Buffer): string {
  return token.toString('latin1');
}
