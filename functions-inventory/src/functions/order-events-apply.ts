import { app } from '@azure/functions';
import { subscriptions, topics } from '@valerix/contracts/topology';
import { consumeOrderEvents } from '../app.ts';

app.serviceBusTopic('order-events-apply', {
  connection: 'ServiceBusConnection',
  topicName: topics.orderEvents,
  subscriptionName: subscriptions.inventoryService,
  cardinality: 'many',
  handler: (messages) => consumeOrderEvents(Array.isArray(messages) ? messages : [messages]),
});
