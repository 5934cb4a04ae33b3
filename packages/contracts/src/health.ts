import { z } from 'zod';

/** There is no such product: who asks for its stock only wants to know whether the Inventory service answers. */
export const HEALTH_PROBE_PRODUCT = 'health-probe';

export const dependencyHealth = z.object({
  status: z.enum(['healthy', 'unhealthy']),
  latencyMs: z.number(),
  error: z.string().optional(),
});
export type DependencyHealth = z.infer<typeof dependencyHealth>;

/** The answer of `GET /health`: unhealthy, and 503, if any dependency is. */
export const healthReport = z.object({
  status: z.enum(['healthy', 'unhealthy']),
  service: z.string(),
  timestamp: z.iso.datetime(),
  dependencies: z.record(z.string(), dependencyHealth),
});
export type HealthReport = z.infer<typeof healthReport>;
