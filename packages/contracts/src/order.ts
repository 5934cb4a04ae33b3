import { z } from 'zod';

export const orderStatuses = [
  'pending',
  'pending_verification',
  'confirmed',
  'failed',
  'cancelled',
  'shipped',
] as const;
export const orderStatus = z.enum(orderStatuses);
export type OrderStatus = z.infer<typeof orderStatus>;

/** Why an order failed or was cancelled, in words that are stable for programs. */
export const failureReasons = ['insufficient_stock', 'unknown_product', 'rejected', 'gave_up', 'fenced'] as const;
export const failureReason = z.enum(failureReasons);
export type FailureReason = z.infer<typeof failureReason>;

export const limits = {
  idCharacters: 50,
  quantityMax: 100,
  itemsMax: 20,
  idempotencyKeyCharacters: 255,
  bodyBytes: 64 * 1024,
  pageMax: 100,
} as const;

/** PostgreSQL refuses text with half a character in it. */
export const isWellFormed = (text: string): boolean => text.isWellFormed();

const id = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(limits.idCharacters, `must be at most ${limits.idCharacters} characters`)
  // PostgreSQL text cannot hold NUL, and no identifier needs a control character.
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')
  .refine(isWellFormed, 'must be well-formed Unicode');

export const productId = id;
export const customerId = id;
export const quantity = z
  .number('must be a number')
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(limits.quantityMax, `must be at most ${limits.quantityMax}`);

export const orderLine = z.strictObject({ productId, quantity });
export type OrderLine = z.infer<typeof orderLine>;

/** A line as it was reserved: `unitPriceMinor` is the price of one piece in the currency's minor unit. */
export const pricedLine = z.object({
  productId: z.string(),
  quantity: z.int(),
  name: z.string(),
  unitPriceMinor: z.int(),
  currency: z.string(),
});
export type PricedLine = z.infer<typeof pricedLine>;
