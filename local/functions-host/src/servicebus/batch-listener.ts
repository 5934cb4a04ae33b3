import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { batchRequest } from './invocation-request.ts';
import {
  completesOnSuccess,
  entityPathOf,
  openReceiver,
  type ServiceBusListener,
  type ServiceBusListenerOptions,
  settle,
} from './listener.ts';

/** How long the SDK waits for a first message before it is asked again. */
const IDLE_WAIT_MS = 60_000;
/** After a failure the wait is short: its end is what shows that the broker is back. */
const PROBE_WAIT_MS = 1000;
/** What the .NET client waits for more messages once it has one. */
const GRACE_MS = 20;
const RETRY_DELAY_MS = 500;
/** The SDK's receive buffer. */
const LARGEST_BATCH = 2047;

/** Many messages per invocation, one invocation at a time, locks not renewed. */
export function makeBatchListener(options: ServiceBusListenerOptions): ServiceBusListener {
  const { fn, connection, invoker, host } = options;
  const entityPath = entityPathOf(fn);
  const completes = completesOnSuccess(options);
  const maximum = Math.min(host.maxMessageBatchSize, LARGEST_BATCH);
  let stopping = new AbortController();
  let done: Promise<void> = Promise.resolve();

  async function receiveForEver(signal: AbortSignal): Promise<void> {
    let receiver = openReceiver(options);
    let idleWaitMs = PROBE_WAIT_MS;
    while (!signal.aborted) {
      try {
        const messages = await collect(receiver, idleWaitMs, signal);
        connection.health.works(entityPath);
        idleWaitMs = IDLE_WAIT_MS;
        if (messages.length > 0) await work(receiver, messages);
      } catch (error) {
        if (signal.aborted) break;
        connection.health.failed(entityPath, error);
        idleWaitMs = PROBE_WAIT_MS;
        await pause(RETRY_DELAY_MS, undefined, { signal }).catch(() => {});
        if (receiver.isClosed && !signal.aborted) receiver = openReceiver(options);
      }
    }
    await receiver.close();
  }

  /**
   * Waits for one message, then takes what else is there. One receiveMessages call for all would hold a lone message
   * back for a whole second, which the SDK waits after the first one.
   */
  async function collect(
    receiver: ServiceBusReceiver,
    idleWaitMs: number,
    signal: AbortSignal,
  ): Promise<ServiceBusReceivedMessage[]> {
    const messages = await receiver.receiveMessages(1, { maxWaitTimeInMs: idleWaitMs, abortSignal: signal });
    if (messages.length === 0) return messages;
    const deadline = performance.now() + (host.minMessageBatchSize > 1 ? host.maxBatchWaitTime : 0);
    while (messages.length < maximum) {
      const left = Math.max(deadline - performance.now(), GRACE_MS);
      messages.push(...(await receiver.receiveMessages(maximum - messages.length, { maxWaitTimeInMs: left })));
      if (messages.length >= host.minMessageBatchSize || performance.now() >= deadline || signal.aborted) break;
    }
    return messages;
  }

  async function work(receiver: ServiceBusReceiver, messages: ServiceBusReceivedMessage[]): Promise<void> {
    let succeeded = false;
    try {
      await invoker.invoke(fn, batchRequest(fn.trigger, messages), `, ${messages.length} message(s)`);
      succeeded = true;
    } catch {
      // Logged by the invoker. The whole batch is given back at once.
    }
    if (!succeeded) await settle(options, 'abandon', messages, (one) => receiver.abandonMessage(one));
    else if (completes) await settle(options, 'complete', messages, (one) => receiver.completeMessage(one));
  }

  return {
    start() {
      stopping = new AbortController();
      done = receiveForEver(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
