import { app } from '@azure/functions';
import { subscriptions, topics } from '@valerix/contracts/topology';
import { traceparentsOf } from '@valerix/platform/telemetry/trigger-traces';
import { consumeOrderEvents } from '../app.ts';

app.serviceBusTopic('order-events-apply', {
  connection: 'ServiceBusConnection',
  topicName: topics.orderEvents,
  subscriptionName: subscriptions.inventoryService,
  cardinality: 'many',
  handler: (messages, context) =>
    consumeOrderEvents(Array.isArray(messages) ? messages : [messages], traceparentsOf(context)),
});
