import type { HostedFunction } from './app/hosted-function.ts';
import { isTriggeredBy } from './app/hosted-function.ts';
import type { AccessKeys } from './config/keys-file.ts';
import { entityPathOf } from './servicebus/listener.ts';

export interface PrintOptions {
  functions: HostedFunction[];
  urlOf(fn: HostedFunction): string | undefined;
  keys: AccessKeys;
}

/** Lists the functions as `func start` does, HTTP first, and warns when keys are asked for but none are known. */
export function printFunctions({ functions, urlOf, keys }: PrintOptions): void {
  const isHttp = (fn: HostedFunction) => isTriggeredBy(fn, 'http');
  const sorted = functions.toSorted((a, b) => Number(isHttp(b)) - Number(isHttp(a)));
  const lines = sorted.map((fn) => `\t${fn.name}: ${fn.isDisabled ? 'disabled' : describe(fn, urlOf(fn))}`);
  process.stdout.write(`\nFunctions:\n\n${lines.join('\n')}\n\n`);

  const guarded = functions.filter((fn) => isTriggeredBy(fn, 'http') && fn.trigger.authLevel !== 'anonymous');
  if (guarded.length > 0 && !keys.hasAny) {
    const names = guarded.map((fn) => fn.name).join(', ');
    process.stdout.write(`No keys were given (--keys), so these answer 401 to everyone: ${names}\n\n`);
  }
}

function describe(fn: HostedFunction, url: string | undefined): string {
  if (isTriggeredBy(fn, 'http')) return `[${fn.trigger.methods?.join(',') ?? '*'}] ${url}`;
  if (isTriggeredBy(fn, 'timer')) return `timerTrigger ${fn.trigger.schedule}`;
  if (isTriggeredBy(fn, 'serviceBus')) {
    return `serviceBusTrigger ${entityPathOf(fn)}${fn.trigger.cardinality === 'many' ? ' (batches)' : ''}`;
  }
  return 'unsupported trigger';
}
