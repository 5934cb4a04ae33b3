import { app } from '@azure/functions';
import { queues } from '@valerix/contracts/topology';
import { traceparentsOf } from '@valerix/platform/telemetry/trigger-traces';
import { consumeVerifyOrders } from '../app.ts';

/** One message at a time: each is an order that a shopper waits for, and its lock is renewed while it is held. */
app.serviceBusQueue('orders-verify', {
  connection: 'ServiceBusConnection',
  queueName: queues.verifyOrders,
  handler: (message, context) => consumeVerifyOrders([message], traceparentsOf(context)),
});
