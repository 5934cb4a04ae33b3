import { subscriptions, topics } from '@valerix/contracts/topology';
import type { OrderService } from '../composition.ts';

export function inventoryEvents({ triggers, consumeInventoryEvents }: OrderService): void {
  triggers.serviceBusTopic('inventory-events', {
    connection: 'ServiceBusConnection',
    topicName: topics.inventoryEvents,
    subscriptionName: subscriptions.orderService,
    cardinality: 'many',
    handler: (messages) => consumeInventoryEvents(Array.isArray(messages) ? messages : [messages]),
  });
}
