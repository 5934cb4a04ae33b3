import { app } from '@azure/functions';
import { subscriptions, topics } from '@valerix/contracts/topology';
import { fanOut } from '../app.ts';

app.serviceBusTopic('dashboard-system-metrics', {
  connection: 'ServiceBusConnection',
  topicName: topics.systemMetrics,
  subscriptionName: subscriptions.dashboard,
  cardinality: 'many',
  handler: (messages) => fanOut(Array.isArray(messages) ? messages : [messages]),
});
