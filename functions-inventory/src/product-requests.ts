import { productUpsert, restockRequest } from '@valerix/contracts/inventory-api';
import { productId } from '@valerix/contracts/order';
import { idempotencyKey } from '@valerix/contracts/order-api';
import type { Call } from '@valerix/platform/http';
import { parseRequest } from '@valerix/platform/problem';
import { z } from 'zod';

const address = z.object({ productId });
const keyHeader = z.object({ 'Idempotency-Key': idempotencyKey });

/** The product that a request's address names; throws the 400 when it cannot be one. */
export function productIdOf(call: Call): string {
  return parseRequest(address, { productId: call.params.productId }).productId;
}

export async function readPut(call: Call) {
  const id = productIdOf(call);
  return { productId: id, wanted: parseRequest(productUpsert, await call.json()) };
}

/** A restock; the header `Idempotency-Key` means the same as the field and wins. */
export async function readRestock(call: Call) {
  const id = productIdOf(call);
  const body = parseRequest(restockRequest, await call.json());
  const header = call.header('idempotency-key');
  const key =
    header === null ? body.idempotencyKey : parseRequest(keyHeader, { 'Idempotency-Key': header })['Idempotency-Key'];
  return { productId: id, quantity: body.quantity, key: key ?? null, traceparent: call.traceparent };
}
