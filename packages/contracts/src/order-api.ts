import { z } from 'zod';
import { customerId, limits, orderLine, orderStatus, pricedLine, productId, quantity } from './order.ts';

export const idempotencyKey = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(limits.idempotencyKeyCharacters, `must be at most ${limits.idempotencyKeyCharacters} characters`)
  .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');

const common = { customerId: customerId.optional(), idempotencyKey: idempotencyKey.optional() };

const severalProducts = z.strictObject({
  ...common,
  items: z
    .array(orderLine)
    .min(1, 'must name at least one product')
    .max(limits.itemsMax, `must name at most ${limits.itemsMax} products`)
    .superRefine((items, context) => {
      const seen = new Set<string>();
      items.forEach((item, index) => {
        if (seen.has(item.productId)) {
          context.addIssue({
            code: 'custom',
            path: [index, 'productId'],
            message: 'is named twice; add the quantities up',
          });
        }
        seen.add(item.productId);
      });
    }),
});

const oneProduct = z.strictObject({ ...common, productId, quantity });

/** The body of `POST /api/orders` in either of its two forms, as one list of lines. */
export interface OrderRequest {
  readonly customerId: string | null;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly idempotencyKey: string | null;
}

export type OrderRequestResult = { ok: true; request: OrderRequest } | { ok: false; error: z.ZodError };

/** Reads a body of `POST /api/orders`; a body with `items` is judged by that form, any other by the one-product form. */
export function parseOrderRequest(body: unknown): OrderRequestResult {
  const several = typeof body === 'object' && body !== null && 'items' in body;
  const parsed = several ? severalProducts.safeParse(body) : oneProduct.safeParse(body);
  if (!parsed.success) return { ok: false, error: parsed.error };
  const order = parsed.data;
  const items = 'items' in order ? order.items : [{ productId: order.productId, quantity: order.quantity }];
  return {
    ok: true,
    request: { customerId: order.customerId ?? null, items, idempotencyKey: order.idempotencyKey ?? null },
  };
}

export const orderRequestSchema = z.union([oneProduct, severalProducts]);

const moment = z.iso.datetime();

/** What the warehouse could not give: of which product, how much was asked for and how much there was. */
const refusal = z.object({
  productId: z.string(),
  requestedQuantity: z.int().nullable(),
  availableStock: z.int().nullable(),
});

/** An order as every answer shows it; a line has a name and a price once it was reserved. */
export const orderView = z.object({
  orderId: z.uuid(),
  status: orderStatus,
  orderVersion: z.int(),
  customerId: z.string().nullable(),
  items: z.array(pricedLine.partial({ name: true, unitPriceMinor: true, currency: true })),
  totalMinor: z.int().nullable(),
  currency: z.string().nullable(),
  reservationId: z.uuid().nullable(),
  reason: z.string().nullable(),
  /** Only of an order that failed for one of its products. */
  refusal: refusal.optional(),
  message: z.string(),
  recoveredFromCrash: z.boolean(),
  createdAt: moment,
  updatedAt: moment,
});
export type OrderView = z.infer<typeof orderView>;

export const statusChange = z.object({
  orderVersion: z.int(),
  from: orderStatus.nullable(),
  to: orderStatus,
  reason: z.string().nullable(),
  at: moment,
});
export type StatusChange = z.infer<typeof statusChange>;

/** `traceId` finds everything that was recorded about the order in telemetry and logs. */
export const orderDetails = orderView.extend({ history: z.array(statusChange), traceId: z.string().nullable() });
export type OrderDetails = z.infer<typeof orderDetails>;

const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((v) => (typeof v === 'string' ? v.split(',') : v), z.array(item));

/** The query of `GET /api/orders`: newest first; `cursor` is the `nextCursor` of the page before. */
export const orderQuery = z.strictObject({
  status: list(orderStatus).optional(),
  customerId: customerId.optional(),
  productId: productId.optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  limit: z.coerce.number('must be a number').int().min(1).max(limits.pageMax).default(50),
  cursor: z.string().max(200).optional(),
});
export type OrderQuery = z.infer<typeof orderQuery>;

export const orderPage = z.object({ orders: z.array(orderView), nextCursor: z.string().nullable() });
export type OrderPage = z.infer<typeof orderPage>;
