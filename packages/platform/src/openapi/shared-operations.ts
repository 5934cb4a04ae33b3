import { type HealthReport, healthReport } from '@valerix/contracts/health';
import { z } from 'zod';
import type { DescribedOperation } from './operation.ts';

/** The operation that answers the health of a service with these dependencies. */
export function healthOperation(service: string, dependencies: readonly string[]): DescribedOperation {
  const report = (failed: string | undefined): HealthReport => ({
    status: failed === undefined ? 'healthy' : 'unhealthy',
    service,
    timestamp: '2026-01-02T03:04:05.678Z',
    dependencies: Object.fromEntries(
      dependencies.map((name) => [
        name,
        name === failed
          ? { status: 'unhealthy', latencyMs: 1_000, error: 'no answer within 1000 ms' }
          : { status: 'healthy', latencyMs: 3 },
      ]),
    ),
  });
  return {
    tag: 'health',
    summary: 'Whether every dependency can be used.',
    answers: {
      200: { description: 'All of them can.', schema: healthReport, example: report(undefined) },
      503: { description: 'At least one cannot.', schema: healthReport, example: report(dependencies[0]) },
    },
  };
}

export const metricsOperation: DescribedOperation = {
  tag: 'health',
  summary: 'Everything measured so far, as Prometheus text.',
  answers: {
    200: {
      description: 'One line for each series.',
      mediaType: 'text/plain',
      schema: z.string(),
      example: 'http_request_duration_seconds_count{operation="health",method="GET",status="200"} 17\n',
    },
  },
};

export const openApiOperation: DescribedOperation = {
  tag: 'health',
  summary: 'This document.',
  answers: {
    200: {
      description: 'An OpenAPI 3.1 document.',
      schema: z.looseObject({ openapi: z.string() }),
      example: { openapi: '3.1.1' },
    },
  },
};
