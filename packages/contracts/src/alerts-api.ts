import { z } from 'zod';

export const alertRules = ['response_time', 'error_rate', 'health', 'backup'] as const;
export type AlertRule = (typeof alertRules)[number];

export const alertState = z.enum(['green', 'red']);
export type AlertState = z.infer<typeof alertState>;

export const breakerState = z.enum(['closed', 'open', 'half_open']);
const dependencyState = z.enum(['healthy', 'unhealthy']);

export const alertFacts = z.object({
  rule: z.enum(alertRules),
  state: alertState,
  /** When it took that state. */
  since: z.iso.datetime(),
  /**
   * ms of `response_time`, a share of 1 of `error_rate`, how much is unhealthy of `health`, hours since the last one of
   * `backup`; null where there is nothing to measure.
   */
  value: z.number().nullable(),
  /** The value above which it is red. */
  threshold: z.number().nullable(),
  reason: z.string(),
});
export type AlertFacts = z.infer<typeof alertFacts>;

export const serviceFacts = z.object({
  service: z.string(),
  /** Of the window, all instances together. */
  requests: z.int().min(0),
  errors: z.int().min(0),
  averageMs: z.number().nullable(),
  errorRate: z.number().nullable(),
  /** Null while nothing is known: the service has not reported yet. */
  healthy: z.boolean().nullable(),
  /** Unhealthy when any instance finds it so. */
  dependencies: z.record(z.string(), dependencyState),
  reportedAt: z.iso.datetime().nullable(),
  /** Of the instance that is worst off; null for a service without a circuit breaker. */
  breaker: breakerState.nullable(),
});
export type ServiceFacts = z.infer<typeof serviceFacts>;

/** The answer of `GET /api/ops/alerts`: red when any rule is. */
export const alertsReport = z.object({
  state: alertState,
  since: z.iso.datetime(),
  evaluatedAt: z.iso.datetime(),
  windowSeconds: z.int().min(1),
  rules: z.array(alertFacts),
  services: z.array(serviceFacts),
});
export type AlertsReport = z.infer<typeof alertsReport>;
