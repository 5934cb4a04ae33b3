import { z } from 'zod';
import { isWellFormed } from './order.ts';
import { idempotencyKey } from './order-api.ts';

/** A product as `GET /api/products` shows it; money in the currency's minor unit. */
export const productView = z.object({
  productId: z.string(),
  name: z.string(),
  unitPriceMinor: z.int(),
  currency: z.string(),
  stock: z.int().min(0),
  stockVersion: z.int(),
  lowStockThreshold: z.int(),
  lowStock: z.boolean(),
  updatedAt: z.iso.datetime(),
});
export type ProductView = z.infer<typeof productView>;

export const productPage = z.object({ products: z.array(productView) });
export type ProductPage = z.infer<typeof productPage>;

const stockCount = z
  .number('must be a number')
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(1_000_000);

/** The body of `PUT /api/products/{productId}`; `initialStock` counts only when the product is created by it. */
export const productUpsert = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(200, 'must be at most 200 characters')
    .regex(/^\P{Cc}*$/u, 'must not contain control characters')
    .refine(isWellFormed, 'must be well-formed Unicode'),
  unitPriceMinor: z.number('must be a number').int('must be a whole number').min(0).max(1_000_000_000),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
    .default('EUR'),
  lowStockThreshold: stockCount.optional(),
  initialStock: stockCount.optional(),
});
export type ProductUpsert = z.infer<typeof productUpsert>;

/** The body of `POST /api/products/{productId}/restock`; the header `Idempotency-Key` means the same as the field. */
export const restockRequest = z.strictObject({
  quantity: z.number('must be a number').int('must be a whole number').min(1, 'must be at least 1').max(1_000_000),
  idempotencyKey: idempotencyKey.optional(),
});
export type RestockRequest = z.infer<typeof restockRequest>;
