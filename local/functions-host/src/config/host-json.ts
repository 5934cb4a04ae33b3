import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { LogLevel } from '../app/rpc-types.ts';
import { StartupError } from '../startup-error.ts';
import { explainFaults } from './explain-faults.ts';
import { readJsonFile } from './read-json-file.ts';
import { parseTimeSpan } from './time-span.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const OVERRIDE_PREFIX = 'AzureFunctionsJobHost__';

// Overrides arrive from the environment as text, and .NET configuration accepts text for numbers in the file as well.
const integer = z.preprocess(
  (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
  z.int('a whole number is expected'),
);
const flag = z.preprocess(
  (value) =>
    typeof value === 'string' ? ({ true: true, false: false } as Record<string, unknown>)[value.toLowerCase()] : value,
  z.boolean('true or false is expected'),
);
const timeSpan = z.string('a time span such as "00:05:00" is expected').transform(readTimeSpan);

function readTimeSpan(text: string, context: z.RefinementCtx): number {
  const milliseconds = parseTimeSpan(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue({ code: 'custom', message: `"${text}" is not a time span such as "00:05:00"` });
  return z.NEVER;
}

/** -1 means no limit, as in the real host. */
const limit = integer.refine((value) => value === -1 || value > 0, 'a number above 0 is expected, or -1 for no limit');
const positive = integer.refine((value) => value > 0, 'a number above 0 is expected');

const LEVEL_NAMES: Record<string, LogLevel> = {
  trace: 'trace',
  debug: 'debug',
  information: 'information',
  warning: 'warning',
  error: 'error',
  critical: 'critical',
  none: 'none',
};
const logLevel = z.string().transform((text, context) => {
  const level = LEVEL_NAMES[text.toLowerCase()];
  if (level !== undefined) return level;
  context.addIssue({ code: 'custom', message: `"${text}" is none of ${Object.keys(LEVEL_NAMES).join(', ')}` });
  return z.NEVER;
});

const retrySchema = z.object({
  strategy: z.enum(['fixedDelay', 'exponentialBackoff']),
  maxRetryCount: integer,
  delayInterval: timeSpan.optional(),
  minimumInterval: timeSpan.optional(),
  maximumInterval: timeSpan.optional(),
});

const httpSchema = z
  .object({
    routePrefix: z.string().default('api'),
    maxOutstandingRequests: limit.default(-1),
    maxConcurrentRequests: limit.default(-1),
    customHeaders: z.record(z.string(), z.string()).default({}),
  })
  .prefault({});

const serviceBusSchema = z
  .object({
    autoCompleteMessages: flag.default(true),
    // -00:00:00.0000001 (minus one tick) means: renew for as long as the function runs.
    maxAutoLockRenewalDuration: timeSpan.default(5 * MINUTE),
    maxConcurrentCalls: positive.default(16 * availableParallelism()),
    maxMessageBatchSize: positive.default(1000),
    minMessageBatchSize: positive.default(1),
    maxBatchWaitTime: timeSpan.default(30 * SECOND),
  })
  .prefault({})
  .refine((value) => value.minMessageBatchSize <= value.maxMessageBatchSize, {
    message: 'it must not be above maxMessageBatchSize',
    path: ['minMessageBatchSize'],
  });

/** Undefined: functions may run for ever. */
const functionTimeout = z
  .preprocess((value) => (value === -1 ? '-1' : value), z.string('a time span such as "00:05:00" is expected, or "-1"'))
  .transform((text, context) => (text === '-1' ? undefined : readTimeSpan(text, context)));

const hostJsonSchema = z.object({
  version: z.literal('2.0', 'the property must be "2.0"'),
  functions: z.array(z.string()).optional(),
  functionTimeout: functionTimeout.prefault('00:30:00'),
  extensions: z.object({ http: httpSchema, serviceBus: serviceBusSchema }).prefault({}),
  logging: z.object({ logLevel: z.record(z.string(), logLevel).default({}) }).prefault({}),
  retry: retrySchema.optional(),
});

export type HostJson = z.infer<typeof hostJsonSchema>;
export type HttpOptions = HostJson['extensions']['http'];
export type ServiceBusOptions = HostJson['extensions']['serviceBus'];
export type HostRetry = z.infer<typeof retrySchema>;

/**
 * Reads `host.json` of the app and lays the `AzureFunctionsJobHost__a__b` variables over it.
 * @throws StartupError naming every value that is not valid.
 */
export function readHostJson(appDirectory: string, env: NodeJS.ProcessEnv): HostJson {
  const file = path.join(appDirectory, 'host.json');
  const content = readJsonFile(file);
  if (content === undefined)
    throw new StartupError(`${file} does not exist: the directory holds no Azure Functions app.`);
  return parseHostJson(content, env, file);
}

export function parseHostJson(content: unknown, env: NodeJS.ProcessEnv, source = 'host.json'): HostJson {
  const parsed = hostJsonSchema.safeParse(withOverrides(content, env));
  if (!parsed.success) throw explainFaults(source, parsed.error);
  return parsed.data;
}

function withOverrides(content: unknown, env: NodeJS.ProcessEnv): unknown {
  const result: unknown = structuredClone(content);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !name.startsWith(OVERRIDE_PREFIX)) continue;
    setAtPath(result, name.slice(OVERRIDE_PREFIX.length).split('__'), value);
  }
  return result;
}

/** Sets a value deep in the tree, matching existing keys without regard to case as .NET configuration does. */
function setAtPath(tree: unknown, segments: string[], value: string): void {
  const [segment, ...rest] = segments;
  if (segment === undefined || !isObject(tree)) return;
  const key = Object.keys(tree).find((name) => name.toLowerCase() === segment.toLowerCase()) ?? canonicalKey(segment);
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  if (!isObject(tree[key])) tree[key] = {};
  setAtPath(tree[key], rest, value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const KNOWN_KEYS = [
  ...Object.keys(hostJsonSchema.shape),
  ...['http', 'serviceBus', 'logLevel'],
  ...['routePrefix', 'maxOutstandingRequests', 'maxConcurrentRequests', 'customHeaders'],
  ...['autoCompleteMessages', 'maxAutoLockRenewalDuration', 'maxConcurrentCalls'],
  ...['maxMessageBatchSize', 'minMessageBatchSize', 'maxBatchWaitTime'],
];

function canonicalKey(segment: string): string {
  return KNOWN_KEYS.find((name) => name.toLowerCase() === segment.toLowerCase()) ?? segment;
}
