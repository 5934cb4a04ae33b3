import type { LogLevel } from './app/rpc-types.ts';

const ORDER: Record<LogLevel, number> = {
  trace: 0,
  debug: 1,
  information: 2,
  warning: 3,
  error: 4,
  critical: 5,
  none: 6,
};

const LABEL: Record<LogLevel, string> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  information: 'INFO ',
  warning: 'WARN ',
  error: 'ERROR',
  critical: 'FATAL',
  none: '     ',
};

export interface Log {
  (level: LogLevel, category: string, message: string): void;
  /** Lets the hot path skip building a message nobody will read. */
  isEnabled(level: LogLevel, category: string): boolean;
}

/** The category under which the code of a function logs (`context.log`). */
export const userCategory = (functionName: string) => `Function.${functionName}.User`;
/** The category of what the host says about one function. */
export const functionCategory = (functionName: string) => `Function.${functionName}`;

/**
 * One line per event: `HH:MM:SS.mmm LEVEL category message`.
 *
 * `levels` is `logging.logLevel` of host.json: the longest configured prefix of a category decides. With nothing
 * configured, user logs start at Information and the host's own at Warning, as under `func start`.
 */
export function makeLog(levels: Record<string, LogLevel>, write: (line: string) => void): Log {
  const configured = new Map(Object.entries(levels).map(([category, level]) => [category.toLowerCase(), level]));
  const thresholds = new Map<string, number>();

  function thresholdOf(category: string): number {
    const known = thresholds.get(category);
    if (known !== undefined) return known;
    const level = findLevel(category, configured);
    thresholds.set(category, ORDER[level]);
    return ORDER[level];
  }

  const log = (level: LogLevel, category: string, message: string) => {
    if (ORDER[level] < thresholdOf(category)) return;
    write(
      `${clockTime(new Date())} ${LABEL[level]} ${shortCategory(category)} ${message.replaceAll('\n', '\n    ')}\n`,
    );
  };
  return Object.assign(log, {
    isEnabled: (level: LogLevel, category: string) => ORDER[level] >= thresholdOf(category),
  });
}

function findLevel(category: string, configured: Map<string, LogLevel>): LogLevel {
  const parts = category.toLowerCase().split('.');
  for (let length = parts.length; length > 0; length--) {
    const level = configured.get(parts.slice(0, length).join('.'));
    if (level !== undefined) return level;
  }
  return configured.get('default') ?? (category.endsWith('.User') ? 'information' : 'warning');
}

function shortCategory(category: string): string {
  if (category.startsWith('Function.')) return category.slice('Function.'.length).replace(/\.User$/, '');
  return category.startsWith('Host.') ? category.slice('Host.'.length).toLowerCase() : category;
}

function clockTime(now: Date): string {
  const two = (value: number) => (value < 10 ? `0${value}` : String(value));
  const millis = String(now.getMilliseconds()).padStart(3, '0');
  return `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}.${millis}`;
}
