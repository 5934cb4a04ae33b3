import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { ServiceBusTrigger } from '../app/hosted-function.ts';
import type { InvocationRequest, TypedData } from '../app/rpc-types.ts';
import { traceContext } from '../app/trace-context.ts';
import { batchMetadata, bodyBytes, messageMetadata, overlayBodyProperties } from './received-message.ts';

/** One message as the host hands it to the worker; the library then tries to read a text body as JSON. */
export function singleRequest(trigger: ServiceBusTrigger, message: ServiceBusReceivedMessage): InvocationRequest {
  const bytes = bodyBytes(message);
  const metadata = messageMetadata(message);
  let data: TypedData = { bytes };
  if (trigger.dataType !== 'binary') {
    const text = bytes.toString('utf8');
    data = { string: text };
    overlayBodyProperties(metadata, text);
  }
  const properties = message.applicationProperties ?? {};
  return {
    inputData: [{ name: trigger.bindingName, data }],
    triggerMetadata: metadata,
    traceContext: traceContext(properties.traceparent ?? properties['Diagnostic-Id'], properties.tracestate),
  };
}

/** A batch: an array of bodies, from which the host drops the empty ones. */
export function batchRequest(trigger: ServiceBusTrigger, messages: ServiceBusReceivedMessage[]): InvocationRequest {
  const bodies = messages.map(bodyBytes);
  const texts = () => bodies.map((bytes) => bytes.toString('utf8')).filter((text) => text !== '');
  const data: TypedData =
    trigger.dataType === 'binary' ? { collectionBytes: { bytes: bodies } } : { collectionString: { string: texts() } };
  return {
    inputData: [{ name: trigger.bindingName, data }],
    triggerMetadata: batchMetadata(messages),
    traceContext: traceContext('', ''),
  };
}

/** What `POST /admin/functions/{name}` makes of its input: a body and nothing else. */
export function manualRequest(trigger: ServiceBusTrigger, input: string): InvocationRequest {
  const metadata: Record<string, TypedData> = {};
  if (trigger.cardinality === 'one') overlayBodyProperties(metadata, input);
  const data: TypedData =
    trigger.cardinality === 'many' ? { collectionString: { string: splitArray(input) } } : { string: input };
  return {
    inputData: [{ name: trigger.bindingName, data }],
    triggerMetadata: metadata,
    traceContext: traceContext('', ''),
  };
}

function splitArray(input: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(input);
  } catch {
    return [input];
  }
  if (!Array.isArray(parsed)) return [input];
  return parsed.map((element: unknown) => (typeof element === 'string' ? element : JSON.stringify(element)));
}
