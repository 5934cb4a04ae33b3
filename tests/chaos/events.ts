import { randomUUID } from 'node:crypto';
import { ServiceBusClient } from '@azure/service-bus';
import { type AnyEvent, type EventEnvelope, entityOf, parseEvent } from '@valerix/contracts/events';
import { subscriptions, topics } from '@valerix/contracts/topology';
import type { Books } from '../system/books.ts';

const RECEIVE_AT_ONCE = 250;
const LAST_WAIT_MS = 300;

/**
 * Switches off the functions that hand these events to browsers, so that they stay in the dashboard's subscriptions until a
 * drill reads them: what is pushed is best effort and could prove nothing.
 */
export const eventsStayUnread: Readonly<Record<string, string>> = {
  'AzureWebJobs.dashboard-order-events.Disabled': 'true',
  'AzureWebJobs.dashboard-inventory-events.Disabled': 'true',
};

/** Reads and removes every event that the dashboard's subscriptions hold. */
export async function drainEvents(connectionString: string): Promise<AnyEvent[]> {
  const client = new ServiceBusClient(connectionString);
  const events: AnyEvent[] = [];
  try {
    for (const topic of [topics.orderEvents, topics.inventoryEvents]) {
      const receiver = client.createReceiver(topic, subscriptions.dashboard, { receiveMode: 'receiveAndDelete' });
      for (;;) {
        const messages = await receiver.receiveMessages(RECEIVE_AT_ONCE, { maxWaitTimeInMs: LAST_WAIT_MS });
        // A broker that is busy may be silent for longer than that; it is empty only when it says so.
        if (messages.length === 0 && (await isEmpty(client, topic))) break;
        for (const { body } of messages) {
          const parsed = parseEvent(body);
          if (parsed.kind === 'event') events.push(parsed.event);
        }
      }
    }
  } finally {
    await client.close();
  }
  return events;
}

async function isEmpty(client: ServiceBusClient, topic: string): Promise<boolean> {
  // A receiver of its own: each looks on from where it looked last.
  const receiver = client.createReceiver(topic, subscriptions.dashboard);
  const seen = await receiver.peekMessages(1);
  await receiver.close();
  return seen.length === 0;
}

/** Sends events again in the order given, under message ids that duplicate detection has never seen. */
export async function sendAgain(connectionString: string, events: readonly EventEnvelope[]): Promise<void> {
  const client = new ServiceBusClient(connectionString);
  try {
    for (const [entity, group] of Map.groupBy(events, ({ eventType }) => entityOf(eventType))) {
      const sender = client.createSender(entity);
      let batch = await sender.createMessageBatch();
      for (const event of group) {
        const message = {
          messageId: randomUUID(),
          subject: event.eventType,
          contentType: 'application/json',
          body: event,
          applicationProperties: { eventType: event.eventType },
        };
        if (batch.tryAddMessage(message)) continue;
        await sender.sendMessages(batch);
        batch = await sender.createMessageBatch();
        batch.tryAddMessage(message);
      }
      if (batch.count > 0) await sender.sendMessages(batch);
    }
  } finally {
    await client.close();
  }
}

const eventOfStatus: Readonly<Record<string, string>> = {
  pending: 'OrderCreated',
  pending_verification: 'OrderPendingVerification',
  confirmed: 'OrderConfirmed',
  failed: 'OrderFailed',
  cancelled: 'OrderCancelled',
  shipped: 'OrderShipped',
};

/** Promise 5: every change of an order and every movement of its stock since `since` was announced at least once. */
export async function eventBreaches(books: Books, since: Date, events: readonly AnyEvent[]): Promise<string[]> {
  const announced = new Set(
    events.flatMap(({ eventType, data }) => {
      if ('orderVersion' in data) return [`${eventType} ${data.orderId} ${data.orderVersion}`];
      if ('stockVersion' in data) return [`${eventType} ${data.productId} ${data.stockVersion}`];
      return [];
    }),
  );
  const changes = await books.orders<{ order_id: string; version: number; to_status: string }>(
    `SELECT order_id, s.version, s.to_status FROM status_log s JOIN orders o USING (order_id) WHERE o.created_at >= $1`,
    [since],
  );
  const movements = await books.inventory<{ product_id: string; stock_version: number; kind: string }>(
    `SELECT product_id, stock_version::int, kind FROM stock_ledger WHERE at >= $1 AND kind IN ('reserve', 'release')`,
    [since],
  );
  const wanted = [
    ...changes.map((row) => `${eventOfStatus[row.to_status]} ${row.order_id} ${row.version}`),
    ...movements.map(
      (row) => `${row.kind === 'reserve' ? 'StockReserved' : 'StockReleased'} ${row.product_id} ${row.stock_version}`,
    ),
  ];
  return wanted.filter((name) => !announced.has(name)).map((name) => `Nobody ever heard ${name}.`);
}
