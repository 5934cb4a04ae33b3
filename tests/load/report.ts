import { z } from 'zod';

const measured = z.object({
  perSecond: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  /** How many answers had which HTTP status. */
  statuses: z.record(z.string(), z.number()),
});
export type Measured = z.infer<typeof measured>;

/** What `npm run test:load -- --json FILE` writes; waiting times in milliseconds. */
export const loadReport = z.object({
  date: z.iso.datetime(),
  orders: z.number(),
  concurrency: z.number(),
  products: z.number(),
  cores: z.number(),
  node: z.string(),
  /** The same load on a request that does no work of its own. */
  health: measured,
  spread: measured,
  /** Every order for one product. */
  flashSale: measured,
  breaches: z.array(z.string()),
});
export type LoadReport = z.infer<typeof loadReport>;
