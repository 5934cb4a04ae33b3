import type { CheckStockRequest, ReleaseStockRequest, ReserveStockRequest } from '@valerix/contracts/grpc';
import { limits, type OrderLine, productId, quantity } from '@valerix/contracts/order';
import { fieldErrors } from '@valerix/platform/problem';
import { z } from 'zod';

/** A request that is malformed; the message names each field that is wrong, as the .proto file calls it. */
export class InvalidArgument extends Error {
  override name = 'InvalidArgument';
}

const REASON_CHARACTERS = 200;

const orderId = z.uuid('must be a UUID');
const line = z.object({ product_id: productId, quantity });
const single = z.object({ order_id: orderId, product_id: productId, quantity });
const several = z.object({
  order_id: orderId,
  product_id: z.literal('', 'must not be set beside lines'),
  quantity: z.literal(0, 'must not be set beside lines'),
  lines: z.array(line).max(limits.itemsMax, `must be at most ${limits.itemsMax}`),
});
const release = z.object({
  order_id: orderId,
  reason: z
    .string()
    .max(REASON_CHARACTERS, `must be at most ${REASON_CHARACTERS} characters`)
    .regex(/^\P{Cc}*$/u, 'must not contain control characters'),
});
const check = z.object({ product_id: productId });

export function readReserve(message: ReserveStockRequest): { orderId: string; lines: readonly OrderLine[] } {
  const head = { order_id: message.orderId, product_id: message.productId, quantity: message.quantity };
  if (message.lines.length === 0) {
    const { order_id, ...only } = read(single, head);
    return { orderId: order_id, lines: [lineOf(only)] };
  }
  const lines = message.lines.map((each) => ({ product_id: each.productId, quantity: each.quantity }));
  const request = read(several, { ...head, lines });
  return { orderId: request.order_id, lines: request.lines.map(lineOf) };
}

export function readRelease(message: ReleaseStockRequest): { orderId: string; reason: string | null } {
  const { order_id, reason } = read(release, { order_id: message.orderId, reason: message.reason });
  return { orderId: order_id, reason: reason === '' ? null : reason };
}

export function readCheck(message: CheckStockRequest): { productId: string } {
  return { productId: read(check, { product_id: message.productId }).product_id };
}

const lineOf = (each: z.infer<typeof line>): OrderLine => ({ productId: each.product_id, quantity: each.quantity });

function read<T>(schema: z.ZodType<T>, message: unknown): T {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  throw new InvalidArgument(
    fieldErrors(parsed.error)
      .map((error) => `${error.field} ${error.message}`)
      .join('; '),
  );
}
