import { z } from 'zod';
import type { AppSettings } from '../config/app-settings.ts';
import { explainFaults } from '../config/explain-faults.ts';
import type { HostJson } from '../config/host-json.ts';
import { StartupError } from '../startup-error.ts';
import type { RegisteredFunction } from './functions-core.ts';
import { type RetryPolicy, retryPolicyOf } from './retry-policy.ts';
import type { BindingInfo } from './rpc-types.ts';

const text = z.string();
const lowerText = text.transform((value) => value.toLowerCase());

const httpTrigger = z.object({
  kind: z.literal('http'),
  bindingName: text,
  route: text.optional(),
  methods: z.array(text.transform((method) => method.toUpperCase())).optional(),
  authLevel: lowerText.pipe(z.enum(['anonymous', 'function', 'admin'])).default('anonymous'),
});

const entity = z.object({
  connection: text.optional(),
  queueName: text.optional(),
  topicName: text.optional(),
  subscriptionName: text.optional(),
});

const serviceBusTrigger = entity.extend({
  kind: z.literal('serviceBus'),
  bindingName: text,
  cardinality: lowerText.pipe(z.enum(['one', 'many'])).default('one'),
  dataType: lowerText.optional(),
  isSessionsEnabled: z.boolean().default(false),
  autoCompleteMessages: z.boolean().optional(),
});

const timerTrigger = z.object({
  kind: z.literal('timer'),
  bindingName: text,
  schedule: text,
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});

const unsupportedTrigger = z.object({ kind: z.literal('unsupported'), type: text });

const triggerSchema = z.discriminatedUnion('kind', [httpTrigger, serviceBusTrigger, timerTrigger, unsupportedTrigger]);

export type HttpTrigger = z.infer<typeof httpTrigger>;
export type ServiceBusTrigger = z.infer<typeof serviceBusTrigger>;
export type TimerTrigger = z.infer<typeof timerTrigger>;
export type Trigger = z.infer<typeof triggerSchema>;

interface ServiceBusOutput {
  connection: string | undefined;
  entityName: string;
}

/** A function as this host runs it: its trigger parsed, its settings resolved. */
export interface HostedFunction<T extends Trigger = Trigger> extends RegisteredFunction {
  readonly name: string;
  readonly trigger: T;
  /** Output bindings by binding name, `$return` among them; the HTTP response is not one of them. */
  readonly outputs: ReadonlyMap<string, ServiceBusOutput>;
  readonly retry: RetryPolicy | undefined;
  readonly isDisabled: boolean;
}

const KINDS: Record<string, Trigger['kind']> = {
  httptrigger: 'http',
  servicebustrigger: 'serviceBus',
  timertrigger: 'timer',
};

/** @throws StartupError when a binding cannot be served or a setting does not resolve. */
export function hostFunction(
  registered: RegisteredFunction,
  settings: AppSettings,
  hostJson: HostJson,
): HostedFunction {
  const { name, bindings, retryOptions } = registered.metadata;
  const isDisabled =
    settings.isDisabled(name) || (hostJson.functions !== undefined && !hostJson.functions.includes(name));
  // A disabled function may lack its settings: that is often why it is disabled.
  const resolve = isDisabled
    ? (binding: BindingInfo) => binding
    : (binding: BindingInfo) => resolveTexts(name, binding, settings);

  let trigger: Trigger | undefined;
  const outputs = new Map<string, ServiceBusOutput>();
  for (const [bindingName, raw] of Object.entries(bindings)) {
    const binding = resolve(raw);
    const type = binding.type.toLowerCase();
    if (type.endsWith('trigger')) trigger = parseTrigger(name, bindingName, binding);
    else if (binding.direction === 'in') throw unsupported(name, 'input', binding.type);
    else if (type === 'servicebus') outputs.set(bindingName, parseOutput(name, binding));
    else if (type !== 'http') throw unsupported(name, 'output', binding.type);
  }
  if (trigger === undefined) throw new StartupError(`Function ${name} has no trigger.`);
  return { ...registered, name, trigger, outputs, retry: retryPolicyOf(retryOptions, hostJson.retry), isDisabled };
}

export function isTriggeredBy<K extends Trigger['kind']>(
  fn: HostedFunction,
  kind: K,
): fn is HostedFunction<Extract<Trigger, { kind: K }>> {
  return fn.trigger.kind === kind;
}

function parseTrigger(functionName: string, bindingName: string, binding: BindingInfo): Trigger {
  const kind = KINDS[binding.type.toLowerCase()] ?? 'unsupported';
  const parsed = triggerSchema.safeParse({ ...binding, kind, bindingName });
  if (!parsed.success) throw explainFaults(`The trigger of function ${functionName}`, parsed.error);
  return parsed.data;
}

function parseOutput(functionName: string, binding: BindingInfo): ServiceBusOutput {
  const parsed = entity.safeParse(binding);
  if (!parsed.success) throw explainFaults(`An output of function ${functionName}`, parsed.error);
  const entityName = parsed.data.queueName ?? parsed.data.topicName;
  if (!entityName) throw new StartupError(`A Service Bus output of function ${functionName} names no queue or topic.`);
  return { connection: parsed.data.connection, entityName };
}

function resolveTexts(functionName: string, binding: BindingInfo, settings: AppSettings): BindingInfo {
  const resolved: BindingInfo = { ...binding };
  for (const [option, value] of Object.entries(binding)) {
    if (typeof value !== 'string') continue;
    try {
      resolved[option] = settings.resolve(value);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StartupError(`Function ${functionName}, binding option "${option}": ${reason}`, { cause });
    }
  }
  return resolved;
}

function unsupported(functionName: string, direction: string, type: string): StartupError {
  return new StartupError(
    `Function ${functionName} has an ${direction} binding of type ${type}, which this host does not support.`,
  );
}
