import { subscriptions, topics } from '@valerix/contracts/topology';
import { traceparentsOf } from '@valerix/platform/telemetry/trigger-traces';
import type { OrderService } from '../composition.ts';

export function inventoryEvents({ triggers, consumeInventoryEvents }: OrderService): void {
  triggers.serviceBusTopic('inventory-events', {
    connection: 'ServiceBusConnection',
    topicName: topics.inventoryEvents,
    subscriptionName: subscriptions.orderService,
    cardinality: 'many',
    handler: (messages, context) =>
      consumeInventoryEvents(Array.isArray(messages) ? messages : [messages], traceparentsOf(context)),
  });
}
