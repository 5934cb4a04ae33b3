import { ServiceBusClient, type ServiceBusMessage, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { expect } from 'vitest';
import { z } from 'zod';

const reportSchema = z.object({
  kind: z.string(),
  body: z.unknown(),
  metadata: z.record(z.string(), z.unknown()),
  traceParent: z.string(),
});

export type Report = z.infer<typeof reportSchema>;

/** What the functions of the Service Bus fixture reported, in order. */
export function reportsIn(output: string, kind: string): Report[] {
  return [...output.matchAll(/ got (\{.*\})\n/g)]
    .map(([, json]) => reportSchema.parse(JSON.parse(json ?? '')))
    .filter((report) => report.kind === kind);
}

/** A client of the broker on the test's side. */
export function makeBusClient(connectionString: string) {
  const client = new ServiceBusClient(connectionString);
  return {
    async send(entity: string, ...messages: (Omit<ServiceBusMessage, 'body'> & { body: unknown })[]): Promise<void> {
      const sender = client.createSender(entity);
      await sender.sendMessages(
        messages.map((message) => ({
          ...message,
          body: Buffer.isBuffer(message.body) ? message.body : Buffer.from(toText(message.body)),
        })),
      );
      await sender.close();
    },
    /** Waits until the queue, or `topic/Subscriptions/name`, holds no message. */
    async untilEmpty(entity: string): Promise<void> {
      const [topic = '', subscription] = entity.split('/Subscriptions/');
      const receiver =
        subscription === undefined ? client.createReceiver(topic) : client.createReceiver(topic, subscription);
      await expect.poll(async () => (await receiver.peekMessages(10)).length, { timeout: 10_000 }).toBe(0);
      await receiver.close();
    },
    async take(queue: string, count: number): Promise<ServiceBusReceivedMessage[]> {
      const receiver = client.createReceiver(queue, { receiveMode: 'receiveAndDelete', skipParsingBodyAsJson: true });
      const messages = await receiver.receiveMessages(count, { maxWaitTimeInMs: 10_000 });
      await receiver.close();
      return messages;
    },
    async takeDeadLetter(queue: string): Promise<ServiceBusReceivedMessage | undefined> {
      const receiver = client.createReceiver(queue, { receiveMode: 'receiveAndDelete', subQueueType: 'deadLetter' });
      const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
      await receiver.close();
      return message;
    },
    close: () => client.close(),
  };
}

const toText = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));
