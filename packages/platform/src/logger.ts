import { trace } from '@opentelemetry/api';
import { type Logger as LogRecorder, SeverityNumber } from '@opentelemetry/api-logs';

export type LogFacts = Readonly<Record<string, unknown>>;

/** Structured logging: a stable event name and facts, never personal data. */
export interface Logger {
  debug(event: string, facts?: LogFacts): void;
  info(event: string, facts?: LogFacts): void;
  warn(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts): void;
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What an error says, its causes included, on one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? ` [${error.code}]` : '';
  const cause = error.cause === undefined ? '' : ` <- ${describeError(error.cause)}`;
  const several = error instanceof AggregateError ? ` (${error.errors.map(describeError).join('; ')})` : '';
  return `${error.name}: ${error.message}${code}${several}${cause}`;
}

/** Takes every line that is written, as facts. */
export type LogSink = (level: LogLevel, event: string, facts: LogFacts) => void;

const severities: Readonly<Record<LogLevel, SeverityNumber>> = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

/** A sink that hands lines to OpenTelemetry, whose context links each to its trace. */
export function makeLogSink(recorder: LogRecorder): LogSink {
  return (level, event, facts) => {
    const attributes = Object.fromEntries(
      Object.entries(facts).map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : value]),
    ) as Record<string, string | number | boolean>;
    recorder.emit({
      body: event,
      severityNumber: severities[level],
      severityText: level,
      attributes,
    });
  };
}

/**
 * A logger that writes one JSON line per event to the process's output, from `level` up, with the trace id of the span
 * that is under way.
 */
export function makeLogger(
  service: string,
  level: LogLevel = 'info',
  write: (line: string) => void = console.log,
  sink?: LogSink,
): Logger {
  const threshold = logLevels.indexOf(level);
  const at = (name: LogLevel) => {
    const rank = logLevels.indexOf(name);
    return (event: string, facts: LogFacts = {}) => {
      if (rank < threshold) return;
      const shown = Object.fromEntries(
        Object.entries(facts).map(([key, value]) => [key, value instanceof Error ? describeError(value) : value]),
      );
      const traceId = trace.getActiveSpan()?.spanContext().traceId;
      const linked = { ...shown, ...(traceId !== undefined && shown.traceId === undefined && { traceId }) };
      write(JSON.stringify({ time: new Date().toISOString(), level: name, service, event, ...linked }));
      sink?.(name, event, linked);
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
