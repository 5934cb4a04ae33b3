import type { ServiceBusMessage } from '@azure/service-bus';
import type { HostedFunction } from '../app/hosted-function.ts';
import type { DeliverOutputs } from '../app/invoker.ts';
import type { InvocationResponse, TypedData } from '../app/rpc-types.ts';
import type { ServiceBusConnections } from './connections.ts';

/** Sends what a function gave its Service Bus outputs: after the function, before its trigger is settled or answered. */
export function makeOutputDelivery(connections: ServiceBusConnections): DeliverOutputs {
  return async (fn, response) => {
    for (const [bindingName, output] of fn.outputs) {
      const messages = toMessages(outputValue(fn, bindingName, response));
      if (messages.length === 0) continue;
      const connection = await connections.open(output.connection);
      await connection.sender(output.entityName).sendMessages(messages);
    }
  };
}

/** Without a `$return` binding, a property of the returned object feeds the output of that name. */
function outputValue(fn: HostedFunction, bindingName: string, response: InvocationResponse): TypedData | undefined {
  if (bindingName === '$return') return response.returnValue ?? undefined;
  const own = response.outputData?.find((output) => output.name === bindingName)?.data;
  if (own !== undefined || fn.outputs.has('$return') || response.returnValue?.json === undefined) return own;
  const returned: unknown = JSON.parse(response.returnValue.json);
  if (typeof returned !== 'object' || returned === null) return undefined;
  const value = (returned as Record<string, unknown>)[bindingName];
  return value === undefined || value === null ? undefined : { json: JSON.stringify(value) };
}

/**
 * The body and nothing else reaches the queue, as in the real host: an array is one message per element, and so is a
 * text that reads like a JSON array.
 */
export function toMessages(data: TypedData | undefined): ServiceBusMessage[] {
  if (data === undefined) return [];
  if (data.bytes !== undefined) return [{ body: Buffer.from(data.bytes), contentType: 'application/octet-stream' }];
  const text = data.json ?? data.string ?? String(data.int ?? data.double ?? '');
  const looksLikeJson = data.json !== undefined || /^\s*(\{[\s\S]*\}|\[[\s\S]*\])\s*$/.test(text);
  const value = looksLikeJson ? parseOr(text) : text;
  const elements: unknown[] = Array.isArray(value) ? value : [value];
  return elements.map((element) => ({
    body: Buffer.from(typeof element === 'string' ? element : JSON.stringify(element)),
    contentType: 'text/plain',
  }));
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
