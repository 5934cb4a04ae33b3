import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { HostedFunction, ServiceBusTrigger } from '../app/hosted-function.ts';
import type { Invoker } from '../app/invoker.ts';
import type { ServiceBusOptions } from '../config/host-json.ts';
import { functionCategory, type Log } from '../log.ts';
import { StartupError } from '../startup-error.ts';
import type { OpenConnection } from './connections.ts';

export interface ServiceBusListener {
  /** Begins to receive; a broker that cannot be reached is tried until it can. */
  start(): void;
  /** No further message is taken; resolves when those under way are settled. */
  stop(): Promise<void>;
}

export interface ServiceBusListenerOptions {
  fn: HostedFunction<ServiceBusTrigger>;
  connection: OpenConnection;
  invoker: Invoker;
  host: ServiceBusOptions;
  log: Log;
}

/** @throws StartupError when the trigger does not name a queue, or a topic and a subscription. */
export function entityPathOf(fn: HostedFunction<ServiceBusTrigger>): string {
  const { queueName, topicName, subscriptionName } = fn.trigger;
  if (queueName) return queueName;
  if (topicName && subscriptionName) return `${topicName}/Subscriptions/${subscriptionName}`;
  throw new StartupError(`Function ${fn.name} names neither a queue nor a topic with a subscription.`);
}

/** A peek-lock receiver that leaves bodies, settling and lock renewal to the host. */
export function openReceiver({ connection, fn }: ServiceBusListenerOptions): ServiceBusReceiver {
  const { queueName, topicName, subscriptionName } = fn.trigger;
  const options = { receiveMode: 'peekLock', skipParsingBodyAsJson: true, maxAutoLockRenewalDurationInMs: 0 } as const;
  return queueName
    ? connection.client.createReceiver(queueName, options)
    : connection.client.createReceiver(topicName ?? '', subscriptionName ?? '', options);
}

/** Whether success completes the message: the trigger's own option wins over host.json. */
export function completesOnSuccess({ fn, host }: ServiceBusListenerOptions): boolean {
  return fn.trigger.autoCompleteMessages ?? host.autoCompleteMessages;
}

/**
 * Settles messages and logs what could not be settled: those come again once their lock has expired.
 */
export async function settle(
  options: ServiceBusListenerOptions,
  verb: 'complete' | 'abandon',
  messages: ServiceBusReceivedMessage[],
  settleOne: (message: ServiceBusReceivedMessage) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(messages.map(settleOne));
  const refused = results.filter((result) => result.status === 'rejected');
  const [first] = refused;
  if (first === undefined) return;
  const reason = first.reason instanceof Error ? first.reason.message : String(first.reason);
  options.log(
    'error',
    functionCategory(options.fn.name),
    `could not ${verb} ${refused.length} of ${messages.length} message(s), they will be delivered again: ${reason}`,
  );
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
