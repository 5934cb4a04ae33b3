import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { processIdentity } from '../azure/credential.ts';
import { integer, optionalText } from '../config.ts';
import { MINUTE, SECOND } from '../durations.ts';
import { type LogSink, makeLogSink } from '../logger.ts';
import { type Metrics, makeMetrics } from '../metrics.ts';
import { makeTraceSampler } from './sampler.ts';
import { recordSpansWith } from './spans.ts';

/** For a service's configuration. */
export const telemetryVariables = {
  /** Where telemetry goes. Unset: metrics are read at /metrics, nothing is sent. */
  APPLICATIONINSIGHTS_CONNECTION_STRING: optionalText(),
  /** `Authorization=AAD`, and `ClientId=...` for the Functions host: telemetry is sent as the identity of the process. */
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: optionalText().refine(
    (given) => given === undefined || /(^|;)\s*Authorization=AAD\s*(;|$)/i.test(given),
    'must say Authorization=AAD',
  ),
  /** Traces that one process begins to record in a second, of each operation; the others are not recorded. */
  TELEMETRY_TRACES_PER_SECOND: integer(5),
  /** ms between two exports of metrics. */
  TELEMETRY_METRICS_INTERVAL_MS: integer(MINUTE, { min: SECOND }),
};

export interface TelemetrySettings {
  readonly APPLICATIONINSIGHTS_CONNECTION_STRING?: string | undefined;
  readonly APPLICATIONINSIGHTS_AUTHENTICATION_STRING?: string | undefined;
  readonly TELEMETRY_TRACES_PER_SECOND: number;
  readonly TELEMETRY_METRICS_INTERVAL_MS: number;
}

/** The settings of telemetry alone, out of all those of a service: they are logged and compared, secrets are not. */
export const telemetrySettings = (settings: TelemetrySettings): TelemetrySettings => ({
  APPLICATIONINSIGHTS_CONNECTION_STRING: settings.APPLICATIONINSIGHTS_CONNECTION_STRING,
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING,
  TELEMETRY_TRACES_PER_SECOND: settings.TELEMETRY_TRACES_PER_SECOND,
  TELEMETRY_METRICS_INTERVAL_MS: settings.TELEMETRY_METRICS_INTERVAL_MS,
});

/** What one process tells about itself. */
export interface Telemetry {
  readonly metrics: Metrics;
  /** Where log lines go beside the output; undefined when nobody wants them. */
  readonly logSink: LogSink | undefined;
  /** Sends what is left. Never throws: nobody's shutdown depends on it. */
  close(): Promise<void>;
}

/** Spans and log lines that wait for the next export; more are dropped, so that telemetry never fills the memory. */
const QUEUE = { maxQueueSize: 4_096, maxExportBatchSize: 512, scheduledDelayMillis: 1 * SECOND };
const CLOSE_WITHIN_MS = 3 * SECOND;

/** Metrics to be read at /metrics; nothing is sent. */
export const localTelemetry = (service: string): Telemetry => ({
  metrics: makeMetrics(service),
  logSink: undefined,
  close: async () => {},
});

/**
 * The one OpenTelemetry set-up of every process: metrics as Prometheus text, and, where there is a connection string,
 * metrics, traces and logs to Application Insights.
 */
export async function startTelemetry(service: string, settings: TelemetrySettings): Promise<Telemetry> {
  const connectionString = settings.APPLICATIONINSIGHTS_CONNECTION_STRING;
  if (connectionString === undefined) return localTelemetry(service);
  // Loaded only here: whoever sends nothing need not wait for it at a cold start.
  const { openApplicationInsights } = await import('./application-insights.ts');
  const credential = settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING === undefined ? undefined : processIdentity;
  const insights = openApplicationInsights(connectionString, credential);
  const resource = resourceFromAttributes({ 'service.name': service });
  const reader = new PeriodicExportingMetricReader({
    exporter: insights.metrics,
    exportIntervalMillis: settings.TELEMETRY_METRICS_INTERVAL_MS,
  });
  const spans = new BasicTracerProvider({
    resource,
    sampler: makeTraceSampler(settings.TELEMETRY_TRACES_PER_SECOND),
    spanProcessors: [new BatchSpanProcessor(insights.spans, QUEUE)],
  });
  const logs = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: insights.logs, ...QUEUE })],
  });
  recordSpansWith(spans);
  const metrics = makeMetrics(service, [reader]);

  return {
    metrics,
    logSink: makeLogSink(logs.getLogger('valerix')),
    async close() {
      const over = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
      await Promise.race([Promise.allSettled([spans.shutdown(), logs.shutdown(), reader.shutdown()]), over]);
    },
  };
}
