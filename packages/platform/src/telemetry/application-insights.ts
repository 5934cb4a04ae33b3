import type { TokenCredential } from '@azure/identity';
import {
  type AzureMonitorExporterOptions,
  AzureMonitorLogExporter,
  AzureMonitorMetricExporter,
  AzureMonitorTraceExporter,
} from '@azure/monitor-opentelemetry-exporter';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

export interface ApplicationInsights {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
  readonly logs: LogRecordExporter;
}

/**
 * The exporters of Azure's OpenTelemetry distribution, without the rest of it: the distribution instruments modules as
 * they are loaded, and in a bundle nothing is loaded any more, so the spans here are made by hand where the wires are.
 */
export function openApplicationInsights(connectionString: string, credential?: TokenCredential): ApplicationInsights {
  // By default the exporters report about themselves to Microsoft, and ask the machine's metadata service where they are.
  process.env.APPLICATION_INSIGHTS_NO_STATSBEAT = 'true';
  const options: AzureMonitorExporterOptions = {
    connectionString,
    // What could not be sent is dropped: it belongs neither on the disk of a function nor in the next process's mouth.
    disableOfflineStorage: true,
    ...(credential && { credential }),
    ...plainEndpoint(connectionString),
  };
  return {
    spans: new AzureMonitorTraceExporter(options),
    metrics: new AzureMonitorMetricExporter(options),
    logs: new AzureMonitorLogExporter(options),
  };
}

/** The exporters make every endpoint https; one that is written as http is meant so. */
function plainEndpoint(connectionString: string): Partial<AzureMonitorExporterOptions> {
  const [, endpoint] = /(?:^|;)\s*IngestionEndpoint=(http:\/\/[^;]+)/i.exec(connectionString) ?? [];
  if (endpoint === undefined) return {};
  const address = `${endpoint.trim().replace(/\/+$/, '')}/v2.1`;
  return { host: address, endpoint: address, allowInsecureConnection: true };
}
