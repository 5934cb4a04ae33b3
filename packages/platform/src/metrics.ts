import type { Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, InstrumentType, MeterProvider, type MetricReader } from '@opentelemetry/sdk-metrics';

export interface Metrics {
  readonly meter: Meter;
  /** Everything measured so far in Prometheus' text format. */
  text(): Promise<string>;
}

/** Seconds from 1 ms to 30 s: fine where a request should be, coarse where it should not. */
const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/** OpenTelemetry metrics of one process, readable as Prometheus text, and by whatever other readers there are. */
export function makeMetrics(service: string, readers: readonly MetricReader[] = []): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    readers: [exporter, ...readers],
    views: [
      {
        instrumentName: '*_seconds',
        // A gauge of seconds, such as an age, stays a gauge.
        instrumentType: InstrumentType.HISTOGRAM,
        aggregation: {
          type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
          options: { boundaries: DURATION_BUCKETS_SECONDS },
        },
      },
    ],
  });
  const serializer = new PrometheusSerializer();
  return {
    meter: provider.getMeter('valerix'),
    async text() {
      const { resourceMetrics } = await exporter.collect();
      return serializer.serialize(resourceMetrics);
    },
  };
}
