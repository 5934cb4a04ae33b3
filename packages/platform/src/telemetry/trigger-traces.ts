import type { InvocationContext } from '@azure/functions';

/**
 * The traceparents of the messages that a Service Bus trigger was called with, in their order. The host hands over
 * application properties as metadata of the call: one object for a single message, a list of them for a batch.
 */
export function traceparentsOf({ triggerMetadata }: Pick<InvocationContext, 'triggerMetadata'>): unknown[] {
  const batch = triggerMetadata?.applicationPropertiesArray;
  const properties = Array.isArray(batch) ? batch : [triggerMetadata?.applicationProperties];
  return properties.map((each: unknown) =>
    typeof each === 'object' && each !== null && 'traceparent' in each ? each.traceparent : undefined,
  );
}
