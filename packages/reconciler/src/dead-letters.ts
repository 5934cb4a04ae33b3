import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import { queues, subscriptions, topics } from '@valerix/contracts/topology';
import { SECOND } from '@valerix/platform/durations';
import type { Tally } from './tally.ts';

/** What the broker set aside in one place. */
export interface DeadLetters {
  readonly path: string;
  readonly messages: number;
  /** Why the first of them is there, as the broker says. */
  readonly reason: string | undefined;
}

/** Counts by looking, which takes nothing and changes no delivery count. */
export type CountDeadLetters = () => Promise<DeadLetters[]>;

/** Only these carry what must not be lost; what the dashboard missed is of no consequence. */
const places = [
  { entity: queues.verifyOrders },
  { entity: topics.inventoryEvents, subscription: subscriptions.orderService },
  { entity: topics.orderEvents, subscription: subscriptions.inventoryService },
];

const options = { subQueueType: 'deadLetter' } as const;
const PEEK_AT_ONCE = 250;
const PEEK_TIMEOUT_MS = 10 * SECOND;

/** Connects anew for each count: a client remembers how far it has looked and would go on from there. */
export function deadLettersOf(connectionString: string): CountDeadLetters {
  return async () => {
    const client = new ServiceBusClient(connectionString, {
      retryOptions: { maxRetries: 1, retryDelayInMs: 500, timeoutInMs: PEEK_TIMEOUT_MS },
    });
    try {
      const counted: DeadLetters[] = [];
      for (const { entity, subscription } of places) {
        const receiver =
          subscription === undefined
            ? client.createReceiver(entity, options)
            : client.createReceiver(entity, subscription, options);
        const path = subscription === undefined ? entity : `${entity}/${subscription}`;
        counted.push({ path, ...(await peekAll(receiver)) });
      }
      return counted;
    } finally {
      await client.close();
    }
  };
}

async function peekAll(receiver: ServiceBusReceiver): Promise<Omit<DeadLetters, 'path'>> {
  let messages = 0;
  let reason: string | undefined;
  for (;;) {
    const page = await receiver.peekMessages(PEEK_AT_ONCE, { abortSignal: AbortSignal.timeout(PEEK_TIMEOUT_MS) });
    if (page.length === 0) return { messages, reason };
    messages += page.length;
    reason ??= page[0]?.deadLetterReason;
  }
}

export async function checkDeadLetters(count: CountDeadLetters, tally: Tally): Promise<void> {
  for (const { path, messages, reason } of await count()) {
    tally.examine(messages);
    if (messages === 0) continue;
    const explanation = `${messages} messages are dead letters of ${path}${reason ? `, the first as ${reason}` : ''}.`;
    tally.breach({ subject: path, explanation, repairable: null });
  }
}
