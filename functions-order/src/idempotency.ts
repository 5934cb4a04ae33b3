import { createHash } from 'node:crypto';
import { idempotencyKey, type OrderRequest } from '@valerix/contracts/order-api';
import { HOUR } from '@valerix/platform/durations';
import type { Database } from '@valerix/platform/postgres';
import { RequestError } from '@valerix/platform/problem';
import type { KeyClaim } from './store/create-orders.ts';

export const IDEMPOTENCY_HEADER = 'Idempotency-Key';

/** The key of a request: the header wins over the body's field. Throws the 400 that names the header. */
export function idempotencyKeyOf(header: string | null, request: OrderRequest): string | null {
  if (header === null) return request.idempotencyKey;
  const parsed = idempotencyKey.safeParse(header);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ message }) => ({ field: IDEMPOTENCY_HEADER, message }));
  throw new RequestError('invalid_request', { errors }, { cause: parsed.error });
}

/** A key counts within one customer's requests; what it stands for is what the request orders. */
export function claimOf(key: string | null, request: OrderRequest): KeyClaim | null {
  return key === null ? null : { scope: request.customerId ?? '', key, requestHash: requestHash(request) };
}

/** The same for every way to write the same order: one product or a list, the lines in any order. */
function requestHash({ customerId, items }: OrderRequest): string {
  const lines = items
    .map(({ productId, quantity }) => [productId, quantity] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return createHash('sha256')
    .update(JSON.stringify([customerId, lines]))
    .digest('base64url');
}

const purgeSql = `
  DELETE FROM idempotency_keys WHERE (scope, key) IN (
    SELECT scope, key FROM idempotency_keys WHERE created_at < $1 LIMIT 10000
  )
  RETURNING 1`;

/** Forgets keys older than `keepHours`; answers how many. */
export async function purgeIdempotencyKeys(
  database: Pick<Database, 'query'>,
  now: Date,
  keepHours: number,
): Promise<number> {
  const before = new Date(now.getTime() - keepHours * HOUR);
  let purged = 0;
  for (;;) {
    const rows = await database.query(purgeSql, [before]);
    purged += rows.length;
    if (rows.length === 0) return purged;
  }
}
