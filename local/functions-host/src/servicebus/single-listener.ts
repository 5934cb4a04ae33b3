import type { MessageHandlers, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { functionCategory } from '../log.ts';
import { makeThrottle } from '../throttle.ts';
import { singleRequest } from './invocation-request.ts';
import {
  completesOnSuccess,
  entityPathOf,
  isAbort,
  openReceiver,
  type ServiceBusListener,
  type ServiceBusListenerOptions,
  settle,
} from './listener.ts';
import { keepLocked } from './lock-renewal.ts';

const RESUBSCRIBE_DELAY_MS = 500;

/** One message per invocation, up to maxConcurrentCalls at a time. */
export function makeSingleListener(options: ServiceBusListenerOptions): ServiceBusListener {
  const { fn, connection, invoker, host, log } = options;
  const entityPath = entityPathOf(fn);
  const completes = completesOnSuccess(options);
  const underWay = new Set<Promise<void>>();
  // The SDK asks for maxConcurrentCalls messages anew on every link it opens, whatever is still running from the old one.
  const throttle = makeThrottle(-1, host.maxConcurrentCalls);
  let receiver: ServiceBusReceiver | undefined;
  let subscription: { close(): Promise<void> } | undefined;
  let isStopped = true;

  async function work(from: ServiceBusReceiver, message: ServiceBusReceivedMessage): Promise<void> {
    const release = keepLocked(from, message, host.maxAutoLockRenewalDuration);
    const leave = await throttle.enter();
    let succeeded = false;
    try {
      await invoker.invoke(fn, singleRequest(fn.trigger, message), describe(message));
      succeeded = true;
    } catch {
      // Logged by the invoker. Failed messages are given back at once, whatever autoComplete says.
    } finally {
      leave?.();
      release();
    }
    if (!succeeded) await settle(options, 'abandon', [message], (one) => from.abandonMessage(one));
    else if (completes) await settle(options, 'complete', [message], (one) => from.completeMessage(one));
  }

  function start(): void {
    isStopped = false;
    const opened = openReceiver(options);
    receiver = opened;
    // postInitialize is called by the SDK on every link it opens but is missing from its types; it only ends an outage in the log.
    const handlers: MessageHandlers & { postInitialize(): Promise<void> } = {
      async processMessage(message) {
        const working = work(opened, message);
        underWay.add(working);
        await working.finally(() => underWay.delete(working));
      },
      async processError({ error, errorSource }) {
        if (isStopped) return;
        if (isAbort(error)) restart();
        else if (errorSource === 'receive') connection.health.failed(entityPath, error);
        else log('error', functionCategory(fn.name), `Service Bus ${errorSource} failed: ${error.message}`);
      },
      async postInitialize() {
        connection.health.works(entityPath);
      },
    };
    subscription = opened.subscribe(handlers, {
      autoCompleteMessages: false,
      maxConcurrentCalls: host.maxConcurrentCalls,
    });
  }

  /** The SDK gives a subscription up for good when it finds its link closed while it reconnects. */
  function restart(): void {
    const abandoned = receiver;
    setTimeout(() => {
      abandoned?.close().catch(() => {});
      if (!isStopped) start();
    }, RESUBSCRIBE_DELAY_MS);
  }

  return {
    start,
    async stop() {
      isStopped = true;
      await subscription?.close();
      await Promise.allSettled(underWay);
      await receiver?.close();
    },
  };
}

function describe(message: ServiceBusReceivedMessage): string {
  return `, MessageId=${String(message.messageId)}, SequenceNumber=${message.sequenceNumber?.toString()}, DeliveryCount=${(message.deliveryCount ?? 0) + 1}`;
}
